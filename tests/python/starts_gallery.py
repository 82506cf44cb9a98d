# SPDX-License-Identifier: MIT
"""Fits without a start: models of many fields in the units they are measured in, with the parameters that made the data.

ORDINARY and HARD are lists of Case. Noise is a share of the range of the curve; data are unsorted, have gaps or outliers
where a case says so. The truth is what a fit from the true parameters finds, by whatever fits."""

from typing import Callable, NamedTuple

import numpy as np

R = 8.314  # J/(mol K)


class Case(NamedTuple):
    name: str
    f: Callable
    x: np.ndarray
    true: tuple
    noise: float = 0.03
    how: str = ""  # "unsorted", "gap", "outliers", several with spaces between

    def data(self, seed=0):
        """(x, y) as measured."""
        rng = np.random.default_rng([seed, *self.name.encode()])
        x = self.x
        if "gap" in self.how:
            low, high = np.quantile(x, [0.4, 0.55])
            x = x[(x < low) | (x > high)]
        if "unsorted" in self.how:
            x = rng.permutation(x)
        clean = self.f(x, *self.true) + np.zeros(len(x))
        size = np.ptp(clean)
        y = clean + self.noise * size * rng.normal(size=len(x))
        if "outliers" in self.how:
            hit = rng.random(len(x)) < 0.03
            y[hit] += size * rng.normal(size=hit.sum()) * 0.5
        return x, y


def _decay(t, a, tau, c):
    return a * np.exp(-t / tau) + c


def _decay_k(t, a, k, c):
    return a * np.exp(-k * t) + c


def _saturating(t, a, k):
    return a * (1 - np.exp(-k * t))


def _two_decays(t, a, k, b, q):
    return a * np.exp(-k * t) + b * np.exp(-q * t)


def _stretched(t, a, tau, beta):
    return a * np.exp(-((t / tau) ** beta))


def _gauss(x, a, m, s, c):
    return a * np.exp(-((x - m) ** 2) / (2 * s**2)) + c


def _gauss_b(x, a, b, m):
    return a * np.exp(-b * (x - m) ** 2)


def _lorentz(x, a, x0, w, c):
    return a * w**2 / ((x - x0) ** 2 + w**2) + c


def _lorentz_q(f, a, f0, q, c):
    return a / (1 + (2 * q * (f - f0) / f0) ** 2) + c


def _two_gauss(x, a, m, s, b, n, t, c, d):
    return a * np.exp(-((x - m) ** 2) / (2 * s**2)) + b * np.exp(-((x - n) ** 2) / (2 * t**2)) + c + d * x


def _two_lorentz(x, a, m, s, b, n, t, c):
    return a / (1 + ((x - m) / s) ** 2) + b / (1 + ((x - n) / t) ** 2) + c


def _logistic(t, a, k, t0):
    return a / (1 + np.exp(-k * (t - t0)))


def _logistic_c(t, a, k, t0, c):
    return c + a / (1 + np.exp(-(t - t0) / k))


def _gompertz(t, a, b, c):
    return a * np.exp(-b * np.exp(-c * t))


def _growth(t, a, k):
    return a * np.exp(k * (t - 1990))


def _growth_log(t, a, k):
    return np.exp(a + k * (t - 1990))


def _sine(t, a, f, p, c):
    return a * np.sin(2 * np.pi * f * t + p) + c


def _sine_w(t, a, w, p):
    return a * np.sin(w * t + p)


def _sine_period(t, a, period, p, c):
    return a * np.cos(2 * np.pi * t / period + p) + c


def _damped(t, a, g, w, p):
    return a * np.exp(-g * t) * np.cos(w * t + p)


def _damped_c(t, a, tau, f, p, c):
    return a * np.exp(-t / tau) * np.sin(2 * np.pi * f * t + p) + c


def _chirp(t, a, f, k, p):
    return a * np.sin(2 * np.pi * (f + k * t) * t + p)


def _mm(s, v, k):
    return v * s / (k + s)


def _langmuir(p, q, k):
    return q * k * p / (1 + k * p)


def _hill(s, v, k, n):
    return v * s**n / (k**n + s**n)


def _dose(c, bottom, top, ec50, h):
    return bottom + (top - bottom) / (1 + (c / ec50) ** (-h))


def _dose_log(c, bottom, top, logec, h):
    return bottom + (top - bottom) / (1 + 10 ** ((logec - np.log10(c)) * h))


def _arrhenius(T, a, e):
    return a * np.exp(-e / (R * T))


def _arrhenius_log(T, a, e):
    return np.log(a) - e / (R * T)


def _eyring(T, h, s):
    return np.log(T) + 23.76 + s / R - h / (R * T)


def _vogel(T, a, b, t0):
    return a * np.exp(b / (T - t0))


def _epoch_step(t, a, t0, w, c):
    return c + a / (1 + np.exp(-(t - t0) / w))


def _epoch_decay(t, a, tau, c):
    return a * np.exp(-(t - 1.7e9) / tau) + c


def _weibull(t, a, lam, k):
    return a * (1 - np.exp(-((t / lam) ** k)))


def _tanh_step(x, a, m, w, c):
    return a * np.tanh((x - m) / w) + c


def _power(x, a, b):
    return a * x**b


def _power_c(x, a, b, c):
    return a * x**b + c


def _shifted_power(x, a, x0, b):
    return a * (x - x0) ** b


def _log_law(x, a, b, x0):
    return a + b * np.log(x + x0)


def _rational(x, a, b, c):
    return (a + b * x) / (1 + c * x)


def _malus(th, i, p, c):
    return i * np.cos(th - p) ** 2 + c


def _diffraction(x, i, x0, w):
    u = (x - x0) / w
    return i * np.where(u == 0, 1.0, np.sin(u) / np.where(u == 0, 1.0, u)) ** 2


def _planck(lam, a, T):
    return a * lam**-5 / (np.exp(0.014388 / (lam * T)) - 1)


def _diode(v, i0, n):
    return i0 * (np.exp(v / (n * 0.02585)) - 1)


def _rc(f, a, fc):
    return a / np.sqrt(1 + (f / fc) ** 2)


def _morse(r, d, a, r0):
    return d * (1 - np.exp(-a * (r - r0))) ** 2


def _antoine(T, a, b, c):
    return a - b / (T + c)


def _piecewise(x, a, b, x0, k):
    return a + b * x + k * np.where(x > x0, x - x0, 0.0)


def _step(x, a, b, x0):
    return a + b * (x > x0)


def _bateman(t, a, ka, ke):
    return a * ka / (ka - ke) * (np.exp(-ke * t) - np.exp(-ka * t))


def _lognormal(x, a, mu, s):
    return a * np.exp(-((np.log(x) - mu) ** 2) / (2 * s**2))


def _skewed_decay(t, a, t0, tau, c):
    return np.where(t > t0, a * np.exp(-(t - t0) / tau), 0.0) + c


_rng = np.random.default_rng(2024)
_lin = np.linspace

ORDINARY = [
    # optics, photonics
    Case("fluorescence decay, ns", _decay, _lin(0, 50e-9, 250), (1200.0, 7e-9, 40.0), 0.03),
    Case("fluorescence decay, rate", _decay_k, _lin(0, 80e-9, 180), (3.2e4, 9e7, 900.0), 0.02, "unsorted"),
    Case("spectral line, m", _gauss, _lin(650e-9, 662e-9, 120), (0.8, 656.3e-9, 0.6e-9, 0.1), 0.03),
    Case("absorption dip, nm", _gauss, _lin(400, 700, 301), (-0.4, 532.0, 12.0, 1.0), 0.03, "gap"),
    Case("Malus, rad", _malus, _lin(0, 2 * np.pi, 73), (3.4, 0.7, 0.2), 0.03),
    Case("slit diffraction, m", _diffraction, _lin(-5e-3, 5e-3, 201), (2.0, 2.1e-4, 4.5e-4), 0.02),
    Case("black body, m", _planck, _lin(0.3e-6, 3e-6, 150), (1.2e-16 / 1e-16 * 1e-16, 5200.0), 0.02),
    Case("Raman two lines, 1/cm", _two_lorentz, _lin(900, 1200, 400), (80.0, 1003.0, 4.0, 45.0, 1031.0, 6.0, 12.0), 0.02),
    # electronics
    Case("resonance, GHz", _lorentz, _lin(4.99e9, 5.01e9, 400), (1.0, 5.0012e9, 4e5, 0.05), 0.03),
    Case("resonance with Q", _lorentz_q, _lin(4.9, 5.1, 300), (0.9, 5.013, 420.0, 0.03), 0.03),
    Case("low pass, Hz", _rc, np.logspace(1, 6, 60), (5.0, 4.2e3), 0.02),
    Case("diode, A", _diode, _lin(0, 0.7, 71), (2e-12, 1.3), 0.02),
    Case("ring down, s", _damped, _lin(0, 5e-3, 500), (0.7, 900.0, 2 * np.pi * 3500, 0.4), 0.05),
    Case("mains, V", _sine, _lin(0, 0.2, 800), (325.0, 50.02, 0.9, 1.5), 0.05),
    Case("carrier, MHz", _sine, _lin(0, 4e-6, 300), (0.02, 3.3e6, -1.1, 0.5), 0.08, "unsorted"),
    Case("RC charging, s", _saturating, _lin(0, 2e-3, 100), (5.0, 3.1e3), 0.02),
    # chemistry
    Case("Arrhenius, K", _arrhenius, _lin(280, 360, 25), (4.2e12, 7.4e4), 0.02),
    Case("Arrhenius, log", _arrhenius_log, _lin(280, 360, 25), (4.2e12, 7.4e4), 0.02),
    Case("Eyring", _eyring, _lin(280, 360, 30), (8.1e4, -35.0), 0.02),
    Case("Vogel", _vogel, _lin(250, 400, 60), (2e-4, 900.0, 180.0), 0.02),
    Case("Antoine", _antoine, _lin(290, 370, 30), (10.2, 1730.0, -39.7), 0.01),
    Case("Langmuir, Pa", _langmuir, _lin(500, 1.2e5, 24), (3.1e-3, 6e-5), 0.03),
    Case("first order, min", _decay_k, _lin(0, 240, 40), (0.085, 0.021, 0.004), 0.03),
    Case("Morse, pm", _morse, _lin(80, 300, 90), (4.6e2, 0.019, 127.0), 0.03),
    # biology, pharmacy
    Case("Michaelis-Menten, mol/l", _mm, np.array([1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]) * 1e-6, (3.2e-8, 4.4e-5), 0.03),
    Case("Michaelis-Menten, mM", _mm, _lin(0.1, 30, 40), (12.0, 4.0), 0.05),
    Case("Hill", _hill, np.logspace(-8, -4, 30), (95.0, 2.3e-6, 1.7), 0.03),
    Case("dose-response, mol/l", _dose, np.logspace(-10, -4, 32), (4.0, 97.0, 3e-8, 1.2), 0.04),
    Case("dose-response, log", _dose_log, np.logspace(-9, -3, 28), (0.1, 2.2, -6.4, 0.9), 0.04),
    Case("logistic growth, h", _logistic, _lin(0, 48, 97), (1.9, 0.31, 19.0), 0.03),
    Case("logistic with left tail", _logistic, _lin(0, 30, 60), (800.0, 0.5, 18.0), 0.03),
    Case("Gompertz, d", _gompertz, _lin(0, 60, 61), (12.0, 8.0, 0.11), 0.03),
    Case("Bateman, h", _bateman, _lin(0.1, 24, 40), (9.0, 1.4, 0.18), 0.03),
    Case("survival", _stretched, _lin(1, 800, 80), (1.0, 210.0, 1.6), 0.03),
    # economy, earth, population
    Case("growth by year", _growth, np.arange(1990.0, 2024), (5.3, 0.031), 0.02),
    Case("growth by year, log", _growth_log, np.arange(1990.0, 2024), (8.5, 0.04), 0.02),
    Case("logistic by year", _logistic, np.arange(1950.0, 2021), (9.1e9, 0.035, 1998.0), 0.01),
    Case("CO2 season, years", _sine, _lin(2000, 2012, 144), (3.1, 1.0, 0.4, 380.0), 0.08),
    Case("tide, h", _sine_period, _lin(0, 300, 600), (1.4, 12.42, 0.5, 3.0), 0.08, "gap"),
    Case("temperature by day", _sine_period, np.arange(0.0, 730), (9.5, 365.25, 2.8, 11.0), 0.08),
    Case("epoch step", _epoch_step, 1.7e9 + _lin(0, 86400, 300), (14.0, 1.7e9 + 31000, 900.0, 20.0), 0.03),
    Case("epoch decay", _epoch_decay, 1.7e9 + _lin(0, 7200, 240), (55.0, 1100.0, 21.0), 0.03),
    Case("rating curve", _shifted_power, _lin(0.4, 4, 50), (22.0, 0.25, 1.8), 0.03),
    Case("wind profile", _log_law, np.logspace(0, 2, 25), (2.0, 1.1, 0.3), 0.02),
    # mechanics, materials
    Case("Weibull failures, h", _weibull, _lin(10, 5000, 60), (1.0, 1800.0, 2.4), 0.03),
    Case("power law", _power, np.logspace(0, 3, 40), (0.02, 1.67), 0.03),
    Case("power law with offset", _power_c, _lin(1, 50, 60), (3.0, 0.6, -2.0), 0.02),
    Case("power law, falling", _power, np.logspace(-3, 1, 50), (4.0, -0.75), 0.01),
    Case("pendulum, s", _damped_c, _lin(0, 60, 600), (0.12, 25.0, 0.71, 0.3, 0.02), 0.05),
    Case("hysteresis tanh, T", _tanh_step, _lin(-2, 2, 161), (1.3, 0.21, 0.15, 0.05), 0.03),
    Case("glass transition, K", _tanh_step, _lin(300, 450, 100), (-0.3, 378.0, 9.0, 1.2), 0.03, "unsorted"),
    Case("yield, two lines", _piecewise, _lin(0, 0.02, 100), (1.0, 2.0e4, 0.0085, -1.7e4), 0.02),
    Case("rational", _rational, _lin(0, 40, 50), (1.0, 3.0, 0.4), 0.02),
    # counting, physics
    Case("photopeak, keV", _gauss, _lin(600, 720, 120), (900.0, 661.7, 4.5, 60.0), 0.03),
    Case("histogram 1e-7", _gauss_b, _lin(-3.5e-7, 3.5e-7, 25), (1000.0, 5e13, 1e-8), 0.02),
    Case("two peaks on a slope", _two_gauss, _lin(0, 100, 400), (30.0, 35.0, 4.0, 18.0, 61.0, 6.0, 5.0, 0.05), 0.03),
    Case("two decays", _two_decays, _lin(0, 300, 300), (900.0, 0.08, 300.0, 0.009), 0.01),
    Case("particle sizes, um", _lognormal, np.logspace(-1, 2, 60), (40.0, 1.2, 0.6), 0.03),
    Case("chirp", _chirp, _lin(0, 1, 400), (1.0, 12.0, 15.0, 0.5), 0.05),
    Case("sine, no offset", _sine_w, _lin(0, 100, 300), (2.0, 1.759, 0.3), 0.1),
    Case("step at once", _step, _lin(0, 10, 120), (1.0, 2.5, 6.3), 0.05),
    # few and many rows, outliers
    Case("eight rows", _decay_k, np.array([0, 1, 2, 4, 8, 16, 32, 64.0]), (10.0, 0.15, 1.0), 0.01),
    Case("ten rows, logistic", _logistic_c, _lin(0, 9, 10), (5.0, 0.9, 4.2, 1.0), 0.01),
    Case("decay with outliers", _decay_k, _lin(0, 10, 200), (5.0, 0.8, 1.0), 0.02, "outliers"),
    Case("peak with outliers", _gauss, _lin(-5, 5, 200), (4.0, 1.2, 0.5, 0.5), 0.02, "outliers unsorted"),
    Case("decay, 1e5 rows", _decay, _lin(0, 2e-3, 100_000), (0.4, 3e-4, 0.01), 0.1),
    Case("peak, 1e5 rows", _gauss, _lin(0, 1e4, 100_000), (0.4, 7312.0, 41.0, 0.01), 0.05, "unsorted"),
    Case("sine, 1e5 rows", _sine, _lin(0, 10, 100_000), (0.4, 17.3, 0.4, 0.01), 0.1),
    Case("irregular sine", _sine, np.sort(_rng.uniform(0, 30, 150)), (2.0, 1.23, 0.4, 8.0), 0.08),
    Case("flat tail", _decay_k, _lin(0, 1000, 200), (5.0, 0.05, 2.0), 0.03),
]


def _gauss_sum(x, *p):
    return sum(p[i] * np.exp(-(((x - p[i + 1]) / p[i + 2]) ** 2)) for i in range(0, 12, 3)) + p[12]


def _four_peaks(x, a1, m1, s1, a2, m2, s2, a3, m3, s3, a4, m4, s4, c):
    return _gauss_sum(x, a1, m1, s1, a2, m2, s2, a3, m3, s3, a4, m4, s4, c)


def _three_peaks(x, a1, m1, s1, a2, m2, s2, a3, m3, s3, c):
    return (a1 / (1 + ((x - m1) / s1) ** 2) + a2 / (1 + ((x - m2) / s2) ** 2)
            + a3 / (1 + ((x - m3) / s3) ** 2) + c)  # fmt: skip


def _three_decays(t, a, k, b, q, d, r):
    return a * np.exp(-k * t) + b * np.exp(-q * t) + d * np.exp(-r * t)


def _two_waves(t, a, f, p, b, g, q, c):
    return a * np.sin(2 * np.pi * f * t + p) + b * np.sin(2 * np.pi * g * t + q) + c


def _two_damped(t, a, g, w, p, b, h, v, q):
    return a * np.exp(-g * t) * np.cos(w * t + p) + b * np.exp(-h * t) * np.cos(v * t + q)


def _pole(x, a, x0, c):
    return a / (x - x0) + c


def _pole_fano(x, a, q, x0, w, c):
    e = (x - x0) / w
    return a * (e + q) ** 2 / (1 + e**2) + c


def _log_periodic(t, a, b, tc, m, c, w, p):
    s = np.abs(tc - t)
    return a + b * s**m * (1 + c * np.cos(w * np.log(s) + p))


def _inhibition(s, v, k, ki):
    return v * s / (k + s + s**2 / ki)


def _two_steps(t, a, t1, w1, b, t2, w2, c):
    return a / (1 + np.exp(-(t - t1) / w1)) + b / (1 + np.exp(-(t - t2) / w2)) + c


def _pulse(t, a, t0, rise, fall, c):
    s = np.where(t > t0, t - t0, 0.0)
    return a * (1 - np.exp(-s / rise)) * np.exp(-s / fall) + c


def _box(x, a, x0, x1, w):
    return a * (1 / (1 + np.exp(-(x - x0) / w)) - 1 / (1 + np.exp(-(x - x1) / w)))


def _beat(t, a, f, m, g, c):
    return a * (1 + m * np.cos(2 * np.pi * g * t)) * np.sin(2 * np.pi * f * t) + c


def _kepler(t, k, period, t0, g):
    return g + k * np.cos(2 * np.pi * (t - t0) / period)


def _emg(x, a, m, s, c):
    return a / (np.exp((x - m) / s) + np.exp(-(x - m) / (3 * s))) + c


def _double_logistic(t, a, k1, t1, k2, t2, c):
    return a * (1 / (1 + np.exp(-k1 * (t - t1))) - 1 / (1 + np.exp(-k2 * (t - t2)))) + c


def _five_pl(c, bottom, top, ec50, h, s):
    return bottom + (top - bottom) / (1 + (c / ec50) ** (-h)) ** s


def _chirp_damped(t, a, g, f, k, p):
    return a * np.exp(-g * t) * np.sin(2 * np.pi * (f + k * t) * t + p)


def _sellmeier(lam, b1, c1, b2, c2):
    return 1 + b1 * lam**2 / (lam**2 - c1) + b2 * lam**2 / (lam**2 - c2)


def _compartments(t, a, alpha, b, beta, c, gamma):
    return a * np.exp(-alpha * t) + b * np.exp(-beta * t) - (a + b) * np.exp(-gamma * t) + c


HARD = [
    Case("four peaks", _four_peaks, _lin(0, 100, 500), (10, 20, 4, 6, 38, 5, 8, 60, 3, 5, 80, 6, 1.0), 0.02),
    Case("four peaks, close", _four_peaks, _lin(1000, 1100, 400), (10, 1030, 5, 7, 1042, 5, 9, 1058, 4, 4, 1075, 7, 2.0), 0.01),
    Case("three lines", _three_peaks, _lin(400e-9, 500e-9, 500), (1.0, 421e-9, 2e-9, 0.6, 447e-9, 3e-9, 0.8, 471e-9, 1.5e-9, 0.1), 0.02),
    Case("three decays", _three_decays, np.concatenate([_lin(0, 5, 100), _lin(5, 500, 200)]), (50, 1.1, 30, 0.11, 15, 0.008), 0.005),
    Case("three decays, ns", _three_decays, np.logspace(-10, -5, 200), (1.0, 2e9, 0.6, 6e7, 0.3, 1.5e6), 0.01),
    Case("two decays, near", _two_decays, _lin(0, 60, 400), (5.0, 0.2, 4.0, 0.07), 0.002),
    Case("two waves", _two_waves, _lin(0, 20, 400), (2.0, 1.31, 0.4, 1.2, 2.87, 1.0, 0.3), 0.05),
    Case("two waves, near", _two_waves, _lin(0, 20, 300), (2.0, 1.31, 0.4, 1.5, 1.45, 1.0, 0.3), 0.05),
    Case("two damped waves", _two_damped, _lin(0, 10, 500), (1.0, 0.3, 9.0, 0.3, 0.7, 0.5, 15.0, 1.0), 0.03),
    Case("two damped waves, ms", _two_damped, _lin(0, 10e-3, 600), (3.0, 400.0, 6000.0, 0.1, 2.0, 250.0, 11000.0, -0.7), 0.03),
    Case("damped, many periods", _damped_c, _lin(0, 1, 2000), (1.0, 0.3, 187.0, 0.3, 0.1), 0.1),
    Case("pole", _pole, np.concatenate([_lin(0, 4.4, 45), _lin(4.6, 10, 55)]), (3.0, 4.52, 1.0), 0.005),
    Case("pole outside", _pole, _lin(20, 80, 60), (-300.0, 92.0, 4.0), 0.01),
    Case("Fano", _pole_fano, _lin(9.9, 10.1, 300), (1.0, 1.4, 10.012, 0.006, 0.2), 0.03),
    Case("log-periodic", _log_periodic, _lin(0, 9.5, 400), (10.0, -2.0, 10.0, 0.5, 0.15, 8.0, 1.0), 0.01),
    Case("inhibition", _inhibition, np.array([0.5, 1, 2, 4, 8, 15, 30, 60, 120, 250.0]) * 1e-6, (30.0, 6e-6, 4e-5), 0.02),
    Case("inhibition, mM", _inhibition, _lin(0.2, 60, 40), (120.0, 8.0, 12.0), 0.03),
    Case("two steps, epoch", _two_steps, 1.7e9 + _lin(0, 86400, 400), (5.0, 1.7e9 + 21000, 700.0, 8.0, 1.7e9 + 60000, 1500.0, 20.0), 0.03),
    Case("two steps, opposite", _two_steps, _lin(0, 500, 300), (5.0, 110.0, 7.0, -8.0, 330.0, 12.0, 20.0), 0.03),
    Case("pulse", _pulse, _lin(0, 200e-9, 400), (40.0, 52e-9, 4e-9, 30e-9, 1.0), 0.02),
    Case("scintillation", _pulse, _lin(0, 10, 300), (4.0, 2.2, 0.3, 1.7, 0.2), 0.03),
    Case("narrow resonance", _lorentz, _lin(1e9, 2e9, 20001), (1.0, 1.3371e9, 1e5, 0.05), 0.02),
    Case("narrow line, 1e5 rows", _gauss, _lin(0, 1, 100_000), (2.0, 0.73123, 1e-4, 0.1), 0.03),
    Case("box", _box, _lin(-3, 12, 200), (3.0, 1.1, 6.3, 0.2), 0.03),
    Case("beat", _beat, _lin(0, 5, 600), (1.0, 11.0, 0.6, 0.9, 0.2), 0.03),
    Case("radial velocity, JD", _kepler, 2_450_000 + np.sort(_rng.uniform(0, 900, 80)), (56.0, 4.2308, 2_450_001.7, -3.0), 0.08),
    Case("asymmetric peak", _emg, _lin(0, 60, 300), (20.0, 18.0, 1.3, 2.0), 0.02),
    Case("vegetation index", _double_logistic, np.arange(1.0, 366, 3), (0.6, 0.09, 120.0, 0.06, 270.0, 0.15), 0.03),
    Case("5PL", _five_pl, np.logspace(-10, -4, 40), (0.05, 2.4, 4e-8, 1.4, 0.6), 0.01),
    Case("damped chirp", _chirp_damped, _lin(0, 2, 800), (1.0, 0.8, 9.0, 6.0, 0.7), 0.05),
    Case("Sellmeier", _sellmeier, _lin(0.4, 2.0, 60), (1.03, 0.006, 0.23, 103.0), 1e-4),
    Case("two compartments", _compartments, np.concatenate([_lin(0.05, 3, 25), _lin(3.5, 48, 40)]), (8.0, 0.9, 4.0, 0.06, 0.2, 3.2), 0.01),
]  # fmt: skip


def truth(case, x, y, fit):
    """The least sum of squares that the true parameters lead to: fit(f, x, y, p0) -> (popt, sum of squares)."""
    return fit(case.f, x, y, case.true)[1]
