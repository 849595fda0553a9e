"""From a verdict to live traffic and back: a ladder of rungs, each watched, each journalled, undone by one PUT."""
