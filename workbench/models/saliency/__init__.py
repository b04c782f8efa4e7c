"""Which part of its input a network's answer hangs on, by several methods behind one call, and the same with random weights."""

from workbench.models.saliency.attribution import METHODS, Attribution, Attributor, attribute
from workbench.models.saliency.cut import Pictures, pictures_of

__all__ = ["METHODS", "Attribution", "Attributor", "Pictures", "attribute", "pictures_of"]
