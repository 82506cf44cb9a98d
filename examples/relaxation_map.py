# SPDX-License-Identifier: MIT
"""A relaxation map: the echoes of each pixel of a simulated 512 × 512 image are fitted with a*exp(-t/T2) + c.

Echoes of magnetic resonance fade with a time T2 that tells tissues apart. The object is the slice of a fruit in a bath
of water, made here, so that the map can be held beside the truth.

usage: python examples/relaxation_map.py [--size 512] [--out docs/images/relaxation_map.png]
"""

import argparse
import time

import numpy as np

from nlsq import curve_fit_many

ECHOES = 8.0 * np.arange(1, 33)  # milliseconds
NOISE = 0.01  # of the strongest signal


def decay(t, a, T2, c):
    return a * np.exp(-t / T2) + c


def smooth(image, pixels):
    """A Gaussian blur, by Fourier transform."""
    ky, kx = np.fft.fftfreq(image.shape[0])[:, None], np.fft.rfftfreq(image.shape[1])
    return np.fft.irfft2(np.fft.rfft2(image) * np.exp(-2 * (np.pi * pixels) ** 2 * (ky**2 + kx**2)), image.shape)


def slice_of_a_fruit(size=512, seed=0):
    """(amplitude, T2 in milliseconds) of each pixel."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[-1 : 1 : 1j * size, -1 : 1 : 1j * size]
    angle = np.arctan2(y, 1.12 * x)
    r = np.hypot(1.12 * x, y) * (1 + 0.02 * np.cos(3 * angle + 1) + 0.012 * np.cos(5 * angle))
    T2, a = np.full(r.shape, 200.0), np.full(r.shape, 1.0)
    rays = 0.5 + 0.5 * np.cos(26 * angle + 3 * np.sin(7 * r))
    flesh = r < 0.84
    T2[flesh] = (78 + 45 * r + 26 * rays * np.clip((r - 0.25) / 0.3, 0, 1))[flesh]
    a[flesh] = (0.80 + 0.1 * rays)[flesh]
    peel = (r >= 0.84) & (r < 0.875)
    T2[peel], a[peel] = 38.0, 0.55
    core = r < 0.24 + 0.02 * np.cos(9 * angle)
    T2[core], a[core] = 58.0, 0.7
    for turn in np.arange(26) * 2 * np.pi / 26 + rng.normal(0, 0.05, 26):
        at = 0.40 + rng.normal(0, 0.035)
        u = 1.12 * x * np.cos(turn) + y * np.sin(turn) - at
        v = -1.12 * x * np.sin(turn) + y * np.cos(turn)
        seed_here = (u / 0.048) ** 2 + (v / 0.021) ** 2 < 1
        T2[seed_here], a[seed_here] = 30.0, 0.5
    texture = smooth(rng.standard_normal(r.shape), 0.012 * size)
    T2[flesh] *= 1 + 0.05 * texture[flesh] / texture.std()
    return smooth(a, 0.002 * size), smooth(T2, 0.002 * size)


def echoes(a, T2, seed=1):
    """The measured signal, (rows, columns, times) in single precision, as a scanner gives it."""
    rng = np.random.default_rng(seed)
    signal = decay(ECHOES, a[..., None], T2[..., None], 0.05)
    return (signal + NOISE * rng.standard_normal(signal.shape)).astype(np.float32)


def fit(signal):
    """Every pixel: one call."""
    return curve_fit_many(decay, ECHOES, signal, p0=[1.0, 80.0, 0.0])


def draw(truth, signal, result, seconds, path):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    T2, error = result.params["T2"], result.stderr["T2"]
    figure, axes = plt.subplots(2, 2, figsize=(10, 8.8), layout="constrained")
    axes = axes.ravel()
    fitted = f"fitted T2: {T2.size:,} fits in {seconds:.2f} s"
    for axis, image, title in ((axes[0], truth, "true T2"), (axes[1], T2, fitted)):
        shown = axis.imshow(image, cmap="magma", vmin=20, vmax=220)
        axis.set_title(title)
        figure.colorbar(shown, ax=axis, label="T2 (ms)", shrink=0.9, pad=0.02)
    relative = 100 * error / T2
    spread = axes[2].imshow(relative, cmap="viridis", vmin=0, vmax=np.quantile(relative, 0.999))
    axes[2].set_title("standard error of T2")
    figure.colorbar(spread, ax=axes[2], label="% of T2", shrink=0.9, pad=0.02, extend="max")
    places = {"water": (0.06, 0.06), "flesh": (0.5, 0.82), "core": (0.5, 0.5)}
    t = np.linspace(0, ECHOES[-1], 200)
    for (name, (down, right)), color in zip(places.items(), ("tab:blue", "tab:green", "tab:red")):
        at = int(down * len(T2)), int(right * len(T2))
        axes[3].plot(ECHOES, signal[at], "o", ms=3.5, color=color, alpha=0.7)
        text = f"{name}: T2 = {T2[at]:.0f} ± {error[at]:.0f} ms (true {truth[at]:.0f})"
        axes[3].plot(t, decay(t, *result.popt[at]), color=color, label=text)
        for axis in axes[:3]:
            axis.plot(at[1], at[0], "o", ms=7, mfc="none", mec="white", mew=1.5)
            axis.plot(at[1], at[0], "o", ms=4, mfc=color, mec="none")
    for axis in axes[:3]:
        axis.set_xticks([])
        axis.set_yticks([])
    axes[3].set(xlabel="time (ms)", ylabel="signal", title="three of the pixels", xlim=(0, None), ylim=(0, 1.25))
    axes[3].legend(frameon=False)
    axes[3].spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=90)
    plt.close(figure)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--out", help="where to draw the map; needs matplotlib")
    options = parser.parse_args(arguments)
    a, truth = slice_of_a_fruit(options.size)
    signal = echoes(a, truth)
    fit(signal[:2])  # the first call of a process loads what it needs
    began = time.perf_counter()
    result = fit(signal)
    seconds = time.perf_counter() - began
    pull = (result.params["T2"] - truth) / result.stderr["T2"]
    print(result)
    print(f"{truth.size:,} fits of {len(ECHOES)} points in {seconds:.2f} s, {int(np.sum(~result.ok))} without a result")
    shares = [np.mean(np.abs(pull) < errors) for errors in (1, 2)]
    print(f"within one standard error of the truth: {shares[0]:.1%}, within two: {shares[1]:.1%}")
    if options.out:
        draw(truth, signal, result, seconds, options.out)
        print(f"drew {options.out}")
    return result, truth


if __name__ == "__main__":
    main()
