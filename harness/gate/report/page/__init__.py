"""report.html: the verdict as one page that asks for nothing from outside and needs no script."""
