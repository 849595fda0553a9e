"""Before anything is asked: how many conversations a policy needs, and what those at hand can show."""
