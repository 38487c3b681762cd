"""The errors a user can mend. Each message is one sentence: what is wrong, where, and what to do."""


class LaternaError(Exception):
    """Base of every error that a user can mend; the command line prints it and exits with 2."""


class BriefError(LaternaError):
    """A brief, a plan or a step's option says something that can't be done."""


class MediaError(LaternaError):
    """A media file can't be read or written."""


class StorageError(MediaError):
    """A file can't be written: the disk is full, or its folder is closed. What was being read is not to blame."""


class DataError(LaternaError):
    """Values handed to a function, or a table of data, are not what the function works on."""


class ModelError(LaternaError):
    """A model or an engine is missing, or can't be used."""
