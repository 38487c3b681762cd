"""The doors: the command line now, the browser later."""
