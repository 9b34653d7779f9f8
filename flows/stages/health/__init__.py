"""Health: from what each source gave by night, which problems stand."""
