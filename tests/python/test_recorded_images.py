# SPDX-License-Identifier: MIT
"""Models of images: recorded as one row, and nothing recorded that is another function."""

import numpy as np
import pytest

from nlsq import curve_fit, least_squares

from recording import check_falls_back, check_model, check_residuals

H, W = 9, 12
XX, YY = np.meshgrid(np.arange(float(W)), np.arange(float(H)))
FIRST, SECOND = XX.ravel(), YY.ravel()
AX, AY = np.arange(float(W)), np.arange(float(H))
WEIGHT = np.random.default_rng(1).uniform(0.5, 1.5, (H, W))
MASK = np.random.default_rng(2).random((H, W)) < 0.4
SPOT = [3.0, 5.2, 4.1, 2.0]

RECORDED = {}


def model(x, p0):
    def add(f):
        RECORDED[f.__name__] = (f, x, p0)
        return f

    return add


def spot(x, y, a, x0, y0, s):
    return a * np.exp(-((x - x0) ** 2 + (y - y0) ** 2) / (2 * s**2))


@model((XX, YY), SPOT)
def a_tuple_of_images(xy, *p):
    return spot(xy[0], xy[1], *p).ravel()


@model(np.stack([XX, YY]), SPOT)
def a_stack_of_images(xy, *p):
    x, y = xy
    return spot(x, y, *p).flatten()


@model({"x": XX, "y": YY}, SPOT)
def a_dictionary(xy, *p):
    return np.ravel(spot(xy["x"], xy["y"], *p))


@model((XX, YY), SPOT)
def reshape_to_minus_one(xy, *p):
    return spot(*xy, *p).reshape(-1)


@model((XX, YY), SPOT)
def rows_one_after_the_other(xy, *p):
    return np.concatenate(spot(*xy, *p)) + np.hstack(spot(*xy, *p))


@model((XX, YY), SPOT)
def np_reshape(xy, *p):
    return np.reshape(spot(*xy, *p), H * W)


@model((XX, YY), [3.0, 5.2, 4.1, 2.0, 1.4, 0.3, 0.5])
def a_rotated_spot(xy, a, x0, y0, sx, sy, angle, offset):
    x, y = xy
    u = np.cos(angle) ** 2 / (2 * sx**2) + np.sin(angle) ** 2 / (2 * sy**2)
    v = np.sin(2 * angle) / 4 * (1 / sy**2 - 1 / sx**2)
    w = np.sin(angle) ** 2 / (2 * sx**2) + np.cos(angle) ** 2 / (2 * sy**2)
    return (offset + a * np.exp(-(u * (x - x0) ** 2 + 2 * v * (x - x0) * (y - y0) + w * (y - y0) ** 2))).ravel()


@model({0: AX, 1: AY}, SPOT)
def axes_by_broadcasting(axes, *p):
    return spot(axes[0][None, :], axes[1][:, None], *p).ravel()


@model({0: AX, 1: AY}, SPOT)
def meshgrid_within(axes, *p):
    return spot(*np.meshgrid(axes[0], axes[1]), *p).ravel()


@model({0: AX, 1: AY}, [3.0, 5.2, 4.1, 2.0])
def a_product_of_rows(axes, a, x0, y0, s):
    across = np.exp(-((axes[0] - x0) ** 2) / (2 * s**2))
    down = np.exp(-((axes[1] - y0) ** 2) / (2 * s**2))
    return (a * down[:, None] * across[None, :]).ravel()


@model({0: AX, 1: AY}, [3.0, 5.2, 4.1, 2.0])
def an_outer_product(axes, a, x0, y0, s):
    return (a * np.outer(np.exp(-((axes[1] - y0) ** 2) / s), np.exp(-((axes[0] - x0) ** 2) / s))).ravel()


@model((XX, YY), SPOT)
def weights_and_where(xy, a, x0, y0, s):
    r = np.hypot(xy[0] - x0, xy[1] - y0)
    return (np.where(r < 3.0 * s, a * (1.0 - (r / (3.0 * s)) ** 2) ** 2, 0.0) * WEIGHT + 0.1 * a).ravel()


@model((XX, YY), SPOT)
def masks_of_data(xy, *p):
    z = spot(*xy, *p)
    return np.concatenate([z[MASK], 2.0 * z[~MASK]])


@model((XX, YY), SPOT)
def written_by_a_mask_of_data(xy, *p):
    z = spot(*xy, *p)
    z[MASK] = 0.5 * p[0]
    z[2:4, ::3] = WEIGHT[2:4, ::3]
    z[0] *= 1.0
    return z.ravel()


@model((XX, YY), SPOT)
def written_by_a_mask_of_parameters(xy, a, x0, y0, s):
    r = np.hypot(xy[0] - x0, xy[1] - y0)
    z = np.zeros_like(r)
    inner = r < 2.03 * s
    z[inner] = a * (1.0 - r[inner] / (2.03 * s)) ** 2
    return z.ravel()


@model((XX, YY), SPOT)
def transposed(xy, *p):
    return spot(xy[0].T, xy[1].T, *p).ravel()


@model((XX, YY), SPOT)
def transposed_after(xy, *p):
    return spot(*xy, *p).T.ravel()


@model((XX, YY), SPOT)
def in_place(xy, *p):
    z = spot(*xy, *p)
    z += 0.3
    z *= WEIGHT
    flat = z.ravel()
    flat += p[0]
    flat[:5] = 0.0
    return flat


@model((XX, YY), SPOT)
def changed_through_the_flat_view(xy, *p):
    z = spot(*xy, *p)
    flat = z.ravel()
    flat += 1.0
    flat[3:20] *= 2.0
    return (z * WEIGHT).ravel()


@model((XX, YY), SPOT)
def a_copy_that_is_changed(xy, *p):
    z = spot(*xy, *p)
    other = z.copy()
    other += 1.0
    flat = z.flatten()
    flat[:] = 7.0
    return (z + 0.1 * other).ravel()


@model((XX, YY), SPOT)
def sums_along_an_axis(xy, *p):
    z = spot(*xy, *p)
    return np.concatenate([z.sum(axis=0), np.sum(z, axis=1), z.mean(axis=1)])


@model((XX, YY), SPOT)
def rows_of_the_image(xy, *p):
    z = spot(*xy, *p)
    return np.concatenate([z[2], z[:, 3], z[-1, ::2], [z[0, 0], z[1, 1]]])


@model((FIRST, SECOND), SPOT)
def a_row_made_an_image(xy, *p):
    return (spot(xy[0], xy[1], *p).reshape(H, W) * WEIGHT).ravel()


@model((XX, YY), SPOT)
def clipped_and_chosen(xy, a, x0, y0, s):
    z = np.clip(spot(*xy, a, x0, y0, s), 0.05, 2.5)
    return np.select([xy[0] < x0, xy[0] >= x0], [z, 0.5 * z]).ravel()


@model((XX.astype(np.float32), YY.astype(np.int32)), SPOT)
def other_types(xy, *p):
    return spot(xy[0], xy[1], *p).ravel()


@model((np.asfortranarray(XX), YY[:, ::-1]), SPOT)
def other_layouts(xy, *p):
    return spot(xy[0], xy[1], *p).ravel()


@model(np.arange(24.0).reshape(2, 3, 4), [0.3, 1.2])
def three_dimensions(x, a, b):
    return (a * x * np.exp(-b * x / 10)).ravel()


@model((XX, YY), SPOT)
def shapes_that_are_checked(xy, *p):
    z = spot(*xy, *p)
    if z.shape != xy[0].shape or z.ndim != 2 or np.shape(z) != (H, W) or len(z) != H or z.size != H * W:
        raise ValueError("another shape")
    flat = np.broadcast_to(z, xy[0].shape).ravel() + np.broadcast_to(p[0], H * W)
    return np.squeeze(np.atleast_1d(flat))


@pytest.mark.parametrize("name", RECORDED)
def test_images_are_recorded(name):
    f, x, p0 = RECORDED[name]
    check_model(f, x, p0, rtol=1e-5 if name == "other_types" else 1e-12)


def test_images_as_ydata():
    image = spot(XX, YY, *SPOT)
    for x in ((XX, YY), np.stack([XX, YY]), {0: AX[None, :], 1: AY[:, None]}):
        r = curve_fit(lambda xy, *p: spot(xy[0], xy[1], *p), x, image, p0=[2, 5, 5, 1.5])
        assert r.engine == "interpreter" and np.allclose(r.popt, SPOT) and r.predictions.shape == image.shape
    r = curve_fit(lambda x, a, b: a * np.exp(-b * x), XX, 2 * np.exp(-0.3 * XX))
    assert r.engine == "interpreter" and np.allclose(r.popt, [2, 0.3])


def test_residuals_of_images():
    data = spot(XX, YY, *SPOT) + 0.01 * np.random.default_rng(0).normal(size=XX.shape)
    check_residuals(lambda p: (spot(XX, YY, *p) - data).ravel(), SPOT)
    check_residuals(lambda p: np.concatenate([((spot(XX, YY, *p) - data) * WEIGHT).flatten(), 0.1 * p]), SPOT)


# Each must be right, recorded or not.
EITHER = {}


def either(f):
    EITHER[f.__name__] = f
    return f


@either
def a_view_and_a_change(xy, *p):
    z = spot(*xy, *p)
    first = z[0]
    z += 1.0
    return np.concatenate([first, z[1:].ravel()])


@either
def a_change_of_a_view(xy, *p):
    z = spot(*xy, *p)
    first = z[0]
    first += 1.0
    return z.ravel()


@either
def a_change_of_rows_in_a_loop(xy, *p):
    z = spot(*xy, *p)
    for row in z:
        row *= p[0]
    return z.ravel()


@either
def a_flat_view_before_a_view(xy, *p):
    z = spot(*xy, *p)
    flat = z.ravel()
    other = z.reshape(W, H)
    flat += p[0]
    return (other * 2.0).ravel()


@either
def a_reshaped_view_that_is_changed(xy, *p):
    z = spot(*xy, *p)
    other = z.reshape(W, H)
    other[0] = p[1]
    return z.ravel()


@either
def the_row_behind_a_reshaped_view(xy, *p):
    row = spot(xy[0].ravel(), xy[1].ravel(), *p)
    image = row.reshape(H, W)
    row[:7] = p[0]
    return (image + 1.0).ravel()


@either
def a_reshaped_view_of_a_row_that_is_changed(xy, *p):
    row = spot(xy[0].ravel(), xy[1].ravel(), *p)
    image = row.reshape(H, W)
    image += p[0]
    return row


@either
def a_transposed_view_that_is_changed(xy, *p):
    z = spot(*xy, *p)
    z.T[0] = p[0]
    return z.ravel()


@either
def a_flat_copy_of_a_transposed_one(xy, *p):
    z = spot(*xy, *p).T
    flat = z.ravel()  # a copy in NumPy, which is why z stays as it is
    flat += 100.0
    return z.flatten() + 0.0 * flat


@either
def a_flat_view_of_another_layout(xy, *p):
    z = spot(np.asfortranarray(xy[0]), np.asfortranarray(xy[1]), *p)
    flat = z.ravel()
    flat += 100.0
    return z.flatten()


@either
def a_mask_that_moves(xy, a, x0, y0, s):
    z = spot(*xy, a, x0, y0, s)
    part = z[z > 0.2 * a]
    z[z > 0.2 * a] = 0.2 * a + 0.1 * part
    return z.ravel()


@either
def masks_that_change(xy, a, x0, y0, s):
    near = xy[0] < x0 + 0.01
    other = near
    near &= xy[1] < y0 + 0.01
    return np.where(other, a, s * xy[0]).ravel()


@either
def masks_of_rows_that_change(xy, a, x0, y0, s):
    k = np.arange(3.0)[:, None]
    near = xy[0].ravel() * (1 + k) < x0 + 0.01
    other = near
    near &= k < s + 0.5
    return np.where(other, a, s * xy[0].ravel()).sum(axis=0)


@either
def squeezed_and_changed(xy, *p):
    z = spot(*xy, *p)[None]
    w = z.squeeze()
    w += 1.0
    return z.ravel()


@either
def picked_and_flat(xy, *p):
    z = spot(*xy, *p)[:, np.arange(W)]
    flat = z.ravel()
    flat *= 2.0
    return z.flatten()


@pytest.mark.parametrize("name", EITHER)
def test_views_are_never_wrong(name):
    check_falls_back(EITHER[name], (XX, YY), SPOT)


def test_data_that_changes_between_fits():
    weight = np.ones((H, W))

    def f(xy, *p):
        return (spot(*xy, *p) * weight).ravel()

    for scale in (1.0, 2.0):
        weight[:] = scale
        assert np.allclose(curve_fit(f, (XX, YY), scale * spot(XX, YY, *SPOT).ravel(), p0=[2, 5, 5, 1.5]).popt, SPOT)


def test_data_that_the_model_changes():
    work = np.empty((H, W))

    def f(xy, a, b):
        work[...] = xy[0]
        first = a * work
        work[...] = xy[1]
        return (first + b * work).ravel()

    check_model(f, (XX, YY), [1.5, 0.7])


def test_masks_of_another_shape_and_questions_refuse():
    for f in (lambda xy, a, b: (a * xy[0] + b).ravel() if (a * xy[0] > 0).any() else xy[0].ravel(),
              lambda xy, a, b: (a * xy[0] / np.max(b * xy[1])).ravel(),
              lambda xy, a, b: (a * xy[0] / np.linalg.norm(a * xy[1]) + b).ravel()):  # fmt: skip
        r = check_falls_back(f, (XX, YY), [1.5, 0.7])
        assert r.engine == "callback" and r.trace_note


def test_large_tables_are_not_taken_apart():
    big = np.random.default_rng(0).normal(size=(700, 600))

    def f(p):
        return (p[0] * big).sum(axis=1)[:50] + p[1] - 1.0

    assert least_squares(f, [1.0, 1.0]).success
