// exp(-x) and ln(1 + e) for the losses, lane by lane. Twin: src/ranker/loss.ts (softplus, sigmoid).
//
// Errors, held over a million values of each range by test/engine/native/kernel-check.cpp:
//   expNegative   x in [0, 87]: at most 2 units in the last place; above 87, where e^-x < 2e-38, it gives 2e-38
//   log1pUnit     e in [0, 1]: at most 3 units in the last place
#pragma once

#include "kernels/simd.hpp"

namespace lawn::LAWN_ISA {

/// e^-x for x >= 0. Cody & Waite reduction x = n ln 2 + r, |r| <= ln 2 / 2, then a Taylor polynomial of degree 7 in -r.
LAWN_INLINE Floats expNegative(Floats x) {
  const Floats limit = broadcast(87.0f);
  x = x < limit ? x : limit;
  // Adding 1.5 * 2^23 leaves the nearest whole number in the low bits.
  const Floats shift = broadcast(12582912.0f);
  const Floats shifted = x * 1.44269504f + shift;
  const Floats n = shifted - shift;
  const Floats r = (n * 0.693359375f - x) + n * -2.12194440e-4f;  // ln 2 in two parts; r is minus the remainder
  Floats p = broadcast(1.98412698e-4f);
  p = p * r + 1.38888889e-3f;
  p = p * r + 8.33333333e-3f;
  p = p * r + 4.16666667e-2f;
  p = p * r + 1.66666667e-1f;
  p = p * r + 0.5f;
  p = p * (r * r) + r + 1.0f;
  Integers bits;
  memcpy(&bits, &shifted, sizeof bits);
  const Integers exponent = (127 - (bits - 0x4b400000)) << 23;
  Floats scale;
  memcpy(&scale, &exponent, sizeof scale);
  return p * scale;
}

/// ln(1 + e) for e in [0, 1], as 2 atanh(s) with s = e / (2 + e) <= 1/3: no cancellation for small e.
LAWN_INLINE Floats log1pUnit(Floats e) {
  const Floats s = e / (e + 2.0f);
  const Floats q = s * s;
  // 2 (1 + q/3 + q^2/5 + ...), q <= 1/9: ten terms leave less than 1e-10.
  Floats p = broadcast(2.0f / 19.0f);
  p = p * q + 2.0f / 17.0f;
  p = p * q + 2.0f / 15.0f;
  p = p * q + 2.0f / 13.0f;
  p = p * q + 2.0f / 11.0f;
  p = p * q + 2.0f / 9.0f;
  p = p * q + 2.0f / 7.0f;
  p = p * q + 2.0f / 5.0f;
  p = p * q + 2.0f / 3.0f;
  return s * (p * q) + 2.0f * s;
}

/// Softplus of z and its derivative, the sigmoid, from one exponential.
struct SoftplusWithSlope {
  Floats value;
  Floats slope;
};

LAWN_INLINE SoftplusWithSlope softplusWithSlope(Floats z) {
  const Floats magnitude = z < 0.0f ? -z : z;
  const Floats e = expNegative(magnitude);
  const Floats positivePart = whereAboveZero(z, z);
  const Floats reciprocal = 1.0f / (1.0f + e);
  // NaN must not look like a finite loss: magnitude of NaN is NaN, and the comparison above lets it through as the
  // limit.
  const Floats poison = z - z;  // 0 for finite z, NaN for NaN and infinities
  return {positivePart + log1pUnit(e) + poison, (z < 0.0f ? e * reciprocal : reciprocal) + poison};
}

}  // namespace lawn::LAWN_ISA
