#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension Double {
  /// `Number::exponentiate`. C's `pow` answers 1 for a base of ±1 and an exponent that is infinite or NaN.
  func javaScriptPower(_ exponent: Double) -> Double {
    if exponent.isNaN || (magnitude == 1 && exponent.isInfinite) { return .nan }
    return pow(self, exponent)
  }
}
