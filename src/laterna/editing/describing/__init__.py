"""What shots show, told in the words of a camera log."""

from laterna.editing.describing.descriptions import Description, describe
from laterna.editing.describing.sampling import Sampler, Samples

__all__ = ["Description", "Sampler", "Samples", "describe"]
