"""Prints reference values of DETEST's non-stiff problems at t = 20, to 20 digits: closed forms where there are any, otherwise Taylor series (mpmath.odefun).

Beside each stands how far SciPy's DOP853 at 1e-13 is from it. Hull, Enright, Fellen, Sedgwick, SIAM J. Numer. Anal. 9 (1972).
    /usr/bin/python3 benchmarks/peers/detest.py [names]      C5 takes some minutes; needs python3-scipy and python3-mpmath
"""
import sys

import numpy as np
from mpmath import cos, cosh, ellipfun, exp, expm, findroot, log, matrix, mp, mpf, odefun, pi, sin, sqrt, tan, tanh
from scipy.integrate import solve_ivp

mp.dps = 30
END = mpf(20)


def chain(rows, start):
    """exp(20 A) times the start."""
    n = len(start)
    a = matrix(n, n)
    for i, j, value in rows:
        a[i, j] = mpf(value)
    return list(expm(END * a, method="taylor") * matrix(start)), lambda t, y: [sum(a[i, j] * y[j] for j in range(n) if a[i, j] != 0) for i in range(n)]


def unit(n):
    return [mpf(1)] + [mpf(0)] * (n - 1)


def decay(n, rate):
    rows = [(i, i, -rate(i)) for i in range(n - 1)] + [(i + 1, i, rate(i)) for i in range(n - 1)]
    return chain(rows, unit(n))


def diffusion(n):
    rows = [(i, i, -2) for i in range(n)] + [(i + 1, i, 1) for i in range(n - 1)] + [(i, i + 1, 1) for i in range(n - 1)]
    return chain(rows, unit(n))


def orbit(eccentricity):
    e = mpf(eccentricity)
    u = findroot(lambda x: x - e * sin(x) - END, END)
    rate = 1 / (1 - e * cos(u))
    root = sqrt(1 - e * e)
    return [cos(u) - e, root * sin(u), -sin(u) * rate, root * cos(u) * rate]


def gravity(t, y):
    d = (y[0] ** 2 + y[1] ** 2) ** (mpf(3) / 2)
    return [y[2], y[3], -y[0] / d, -y[1] / d]


PLANETS = [mpf(x) for x in """3.42947415189 3.35386959711 1.35494901715 6.64145542550 5.97156957878 2.18231499728 11.2630437207 14.6952576794 6.27960525067
-30.1552268759 1.65699966404 1.43785752721 -21.1238353380 28.4465098142 15.3882659679 -.557160570446 .505696783289 .230578543901 -.415570776342 .365682722812
.169143213293 -.325325669158 .189706021964 .0877265322780 -.0240476254170 -.287659532608 -.117219543175 -.176860753121 -.216393453025 -.0148647893090""".split()]
MASSES = [mpf(x) for x in ".000954786104043 .000285583733151 .0000437273164546 .0000517759138449 .00000277777777778".split()]


def planets(t, y):
    k2, m0 = mpf("2.95912208286"), mpf("1.00000597682")
    position = [y[3 * i:3 * i + 3] for i in range(5)]
    three = [sum(x * x for x in p) ** (mpf(3) / 2) for p in position]
    result = list(y[15:])
    for i in range(5):
        for k in range(3):
            total = -(m0 + MASSES[i]) * position[i][k] / three[i]
            for j in range(5):
                if j != i:
                    d = sum((a - b) ** 2 for a, b in zip(position[j], position[i])) ** (mpf(3) / 2)
                    total += MASSES[j] * ((position[j][k] - position[i][k]) / d - position[j][k] / three[j])
            result.append(k2 * total)
    return result


def torus(t, y):
    d = sqrt(y[0] ** 2 + y[1] ** 2)
    return [-y[1] - y[0] * y[2] / d, y[0] - y[1] * y[2] / d, y[0] / d]


def bessel(x):
    return sqrt(2 / (pi * x)) * sin(x)


def bessel_slope(x):
    return sqrt(2 / (pi * x)) * (cos(x) - sin(x) / (2 * x))


def problems():
    """Name: (field, start, closed form or None)."""
    h = mpf(1) / 2
    a = {}
    a["A1"] = (lambda t, y: [-y[0]], [1], lambda: [exp(-END)])
    a["A2"] = (lambda t, y: [-y[0] ** 3 / 2], [1], lambda: [1 / sqrt(1 + END)])
    a["A3"] = (lambda t, y: [y[0] * cos(t)], [1], lambda: [exp(sin(END))])
    a["A4"] = (lambda t, y: [y[0] * (1 - y[0] / 20) / 4], [1], lambda: [20 / (1 + 19 * exp(-END / 4))])
    # In polar form log r + angle is constant: r = 4 at pi/2.
    a["A5"] = (lambda t, y: [(y[0] - t) / (y[0] + t)], [4],
               lambda: [(lambda p: END * tan(p))(findroot(lambda p: log(END / cos(p)) + p - log(4) - pi / 2, -h / 10))])
    a["B1"] = (lambda t, y: [2 * (y[0] - y[0] * y[1]), -(y[1] - y[0] * y[1])], [1, 3], None)
    # Eigenvalues 0, -1, -3.
    a["B2"] = (lambda t, y: [-y[0] + y[1], y[0] - 2 * y[1] + y[2], y[1] - y[2]], [2, 0, 1],
               lambda: [1 + exp(-END) / 2 + exp(-3 * END) / 2, 1 - exp(-3 * END), 1 - exp(-END) / 2 + exp(-3 * END) / 2])
    a["B3"] = (lambda t, y: [-y[0], y[0] - y[1] ** 2, y[1] ** 2], [1, 0, 0], None)
    a["B4"] = (torus, [3, 0, 0], None)
    a["B5"] = (lambda t, y: [y[1] * y[2], -y[0] * y[2], -mpf("0.51") * y[0] * y[1]], [0, 1, 1],
               lambda: [ellipfun(kind, END, m=mpf("0.51")) for kind in ("sn", "cn", "dn")])
    for name, (closed, field), n in [("C1", decay(10, lambda i: 1), 10), ("C2", decay(10, lambda i: i + 1), 10), ("C3", diffusion(10), 10), ("C4", diffusion(51), 51)]:
        a[name] = (field, unit(n), lambda closed=closed: closed)
    a["C5"] = (planets, PLANETS, None)
    for i, e in enumerate(["0.1", "0.3", "0.5", "0.7", "0.9"]):
        a[f"D{i + 1}"] = (gravity, [1 - mpf(e), 0, 0, sqrt((1 + mpf(e)) / (1 - mpf(e)))], lambda e=e: orbit(e))
    a["E1"] = (lambda t, y: [y[1], -(y[1] / (t + 1) + (1 - h * h / (t + 1) ** 2) * y[0])], [bessel(mpf(1)), bessel_slope(mpf(1))],
               lambda: [bessel(END + 1), bessel_slope(END + 1)])
    a["E2"] = (lambda t, y: [y[1], (1 - y[0] ** 2) * y[1] - y[0]], [2, 0], None)
    a["E3"] = (lambda t, y: [y[1], y[0] ** 3 / 6 - y[0] + 2 * sin(mpf("2.78535") * t)], [0, 0], None)
    # Speed v = w tanh(0.4 w t), w the speed of fall.
    w = sqrt(mpf("0.032") / mpf("0.4"))
    a["E4"] = (lambda t, y: [y[1], mpf("0.032") - mpf("0.4") * y[1] ** 2], [30, 0],
               lambda: [30 + log(cosh(mpf("0.4") * w * END)) / mpf("0.4"), w * tanh(mpf("0.4") * w * END)])
    # y' = sinh(log(25 / (25 - t))).
    a["E5"] = (lambda t, y: [y[1], sqrt(1 + y[1] ** 2) / (25 - t)], [0, 0],
               lambda: [(25 * log(25 / (25 - END)) - (625 - (25 - END) ** 2) / 50) / 2, (25 / (25 - END) - (25 - END) / 25) / 2])
    return a


def main():
    table = problems()
    for name in sys.argv[1:] or table:
        field, start, closed = table[name]
        start = [mpf(x) for x in start]
        exact = closed() if closed else list(odefun(field, mpf(0), start, tol=mpf("1e-22"))(END))
        scipy = solve_ivp(lambda t, y: np.array(field(t, list(y)), float), (0, 20), [float(x) for x in start], method="DOP853", rtol=3e-14, atol=1e-15).y[:, -1]
        distance = max(abs(float(x - mpf(float(y)))) / max(1, abs(float(x))) for x, y in zip(exact, scipy))
        print(f"{name} {distance:.1e} " + " ".join(mp.nstr(x, 20) for x in exact), flush=True)


main()
