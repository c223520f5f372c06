"""Prints what SciPy's DOP853 leaves on orbits, for the bounds in the solvers' tests (UnstableOrbit.cs, DetestTests.cs).

    /usr/bin/python3 benchmarks/peers/orbits.py [method]
"""
import sys

import numpy as np
from scipy.integrate import solve_ivp

NEARBY = (0.8, 0.9, 1, 1.1, 1.25)
MU = 0.012277471
PERIODIC = np.array([0.994, 0, 0, -2.00158510637908252240537862224])
STARS = np.array([3, 3, -1, -3, 2, -2, 2, 3, -3, 2, 0, 0, -4, 4, 0, 0, 0, 0, 0, 1.75, -1.5, 0, 0, 0, -1.25, 1, 0, 0], float)
STARS_END = np.array([
    0.3706139143970502, 3.237284092057233, -3.222559032418324, 0.6597091455775310, 0.3425581707156584, 1.562172101400631, -0.7003092922212495,
    -3.943437585517392, -3.271380973972550, 5.225081843456543, -2.590612434977470, 1.198213693392275, -0.2429682344935824, 1.091449240428980,
    3.417003806314313, 1.354584501625501, -2.590065597810775, 2.025053734714242, -1.155815100160448, -0.8072988170223021, 0.5952396354208710,
    -3.741244961234010, 0.3773459685750630, 0.9386858869551073, 0.3667922227200571, -0.3474046353808490, 2.344915448180937, -1.947020434263292])
MASSES = np.arange(1, 8)


def arenstorf(t, z):
    a = ((z[0] + MU) ** 2 + z[1] ** 2) ** 1.5
    b = ((z[0] - 1 + MU) ** 2 + z[1] ** 2) ** 1.5
    return [z[2], z[3], z[0] + 2 * z[3] - (1 - MU) * (z[0] + MU) / a - MU * (z[0] - 1 + MU) / b, z[1] - 2 * z[2] - (1 - MU) * z[1] / a - MU * z[1] / b]


def pleiades(t, z):
    dx, dy = z[None, :7] - z[:7, None], z[None, 7:14] - z[7:14, None]
    cubes = (dx * dx + dy * dy) ** 1.5
    np.fill_diagonal(cubes, 1)
    return np.concatenate([z[14:], (MASSES * dx / cubes).sum(1), (MASSES * dy / cubes).sum(1)])


def kepler(t, z):
    cube = (z[0] ** 2 + z[1] ** 2) ** 1.5
    return [z[2], z[3], -z[0] / cube, -z[1] / cube]


def kepler_end(e, t=20.0):
    u = t
    for _ in range(100):
        u -= (u - e * np.sin(u) - t) / (1 - e * np.cos(u))
    rate, root = 1 / (1 - e * np.cos(u)), np.sqrt(1 - e * e)
    return np.array([np.cos(u) - e, root * np.sin(u), -np.sin(u) * rate, root * np.cos(u) * rate])


def main():
    method = sys.argv[1] if len(sys.argv) > 1 else "DOP853"
    for name, field, start, end, reference in (("arenstorf", arenstorf, PERIODIC, 17.0652165601579625588917206249, PERIODIC), ("pleiades", pleiades, STARS, 3, STARS_END)):
        for tolerance in (1e-6, 1e-9):
            errors = []
            for factor in NEARBY:
                solution = solve_ivp(field, (0, end), start, method=method, rtol=factor * tolerance, atol=factor * tolerance)
                errors.append(np.abs(solution.y[:, -1] - reference).max())
            print(f"{name} {method} {tolerance:g}: geometric mean {np.exp(np.mean(np.log(errors))):.2g}, each " + " ".join(f"{x:.2g}" for x in errors))
    for tolerance in (1e-6, 1e-9):
        shares = []
        for e in (0.1, 0.3, 0.5, 0.7, 0.9):
            solution = solve_ivp(kepler, (0, 20), [1 - e, 0, 0, np.sqrt((1 + e) / (1 - e))], method=method, rtol=tolerance, atol=tolerance)
            scale = np.maximum(1, np.abs(solution.y).max(axis=1))
            shares.append((np.abs(solution.y[:, -1] - kepler_end(e)) / scale).max() / tolerance)
        print(f"D1-D5 {method} {tolerance:g}: error in tolerances " + " ".join(f"{x:.0f}" for x in shares))


main()
