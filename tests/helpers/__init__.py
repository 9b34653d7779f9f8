"""What tests and benches share; it holds no test."""
