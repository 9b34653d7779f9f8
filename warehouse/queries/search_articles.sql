-- The articles that answer a question by their words, the best first.
from search($question, top := $top);
