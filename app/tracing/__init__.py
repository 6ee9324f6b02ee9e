"""Marks that cannot be seen: written into what a viewer is shown, and read back from what leaked.

Encoding (code, tile, text) needs the standard library only and runs in the share pages' process. Reading pictures
(pixels, lattice, viterbi, decode) needs numpy and scipy and runs on the command line alone.
"""
