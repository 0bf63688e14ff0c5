"""Segments of distributions deposited in the cells of a circular grid: the loop of the exact engine.

It touches a few cells for each segment, where arrays of all segments went through memory ten times: on 512 cells it
takes a tenth of the time.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from mcmort.sampler.jit import jit

__all__ = ["deposit"]

type Array = NDArray[np.float64]


@jit
def deposit(edges: Array, masses: Array, step: float, short: float, rises: Array, points: Array, out: Array) -> None:
    """Deposit several distributions.

    A point gives its mass to the node nearest to it and to both neighbours of that, with the weights of quadratic
    interpolation, which keep mean and variance: no distribution is widened, however narrow it is. A segment of even
    density begins with a rise of the density and ends with a fall. What nodes receive of all that follows a rise is
    the integral of these weights; its differences between nodes are cubics over four of them, so the rises are spread
    over these, and added up in the end. A segment that is shorter than a small part of a cell is a point.

    Parameters
    ----------
    edges : ndarray, shape (n_curves, n_nodes, n_lines, n_segments + 1)
        Where segments begin and end, in deaths, along each of several lines.
    masses : ndarray, shape (n_curves, n_lines, n_segments)
        Probability of each segment, the same at all nodes.
    step : float
        Width of a cell, in deaths.
    short : float
        Part of a cell below which a segment is a point.
    rises, points : ndarray, shape (n_cells + 3,)
        Work space, in which node 0 stands at 1.
    out : ndarray, shape (n_curves, n_nodes, n_cells)
        The mass at each node; the number of cells is a power of two.
    """
    cells = out.shape[2]
    last = cells - 1
    scale = 1.0 / step
    for curve in range(edges.shape[0]):
        for node in range(edges.shape[1]):
            rises[:] = 0.0
            points[:] = 0.0
            spread = 0.0
            for line in range(edges.shape[2]):
                before = 0.0
                here = edges[curve, node, line, 0] * scale
                for at in range(edges.shape[3]):
                    place, slope = here, 0.0
                    if at < masses.shape[2]:
                        mass, here = masses[curve, line, at], edges[curve, node, line, at + 1] * scale
                        if abs(here - place) >= short:
                            slope = mass / (here - place)
                        else:
                            middle = 0.5 * (place + here)
                            whole = math.floor(middle + 0.5)
                            cell, rest = np.int64(whole) & last, middle - whole
                            side = 0.5 * mass * rest * rest
                            points[cell] += side - 0.5 * mass * rest
                            points[cell + 1] += mass - 2.0 * side
                            points[cell + 2] += side + 0.5 * mass * rest
                            spread += mass
                    rise, before = slope - before, slope
                    if rise != 0.0:
                        whole = math.floor(place + 0.5)
                        cell, rest = np.int64(whole) & last, place - whole
                        square, cube = 0.25 * rest * rest, rest * rest * rest / 6.0
                        rises[cell] += rise * (square - cube - 1.0 / 24.0)
                        rises[cell + 1] += rise * (13.0 / 24.0 - rest - square + 3.0 * cube)
                        rises[cell + 2] += rise * (13.0 / 24.0 + rest - square - 3.0 * cube)
                        rises[cell + 3] += rise * (square + cube - 1.0 / 24.0)
            for work in (rises, points):
                work[cells] += work[0]
                work[1] += work[cells + 1]
                work[2] += work[cells + 2]
            density, total = 0.0, 0.0
            for cell in range(cells):
                density += rises[cell + 1]
                total += density
                out[curve, node, cell] = density + points[cell + 1]
            # on a circle the density is known up to a constant, which follows from the mass
            level = (1.0 - spread - total) / cells
            for cell in range(cells):
                out[curve, node, cell] += level
