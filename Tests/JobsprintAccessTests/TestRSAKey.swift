import JobsprintDomain
import JobsprintTesting
import OpenSSL

/// A key pair for nothing else, made with `openssl genrsa 2048`.
enum TestRSAKey {
  private static let secret = """
    -----BEGIN PRIVATE KEY-----
    MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQCezm5Dw48qAlGF
    7tJaSYDYBwJp3n0M/51ryLRhMW5olym0NeVlgofAq85HzRNdQ598Ug9O0/tmVlk1
    oIB1Ht/41QicrSCpnMRlo0FyPx+lZhb6tYZiE7JsyASfac2EBpr4PdR+XQQ1L1oa
    XoulvuhcxBEitu26neD6QQZZNtXxaHL1SjRddVq7MSbjYpjDuHKPqNIjDXmDd3N+
    LRta2EqAnB/znJmQDdQNiQPjHZuM42afjzQ9ozPKOaXtaHZSm4lrXnpecwo3tFLr
    QHrbNeRHdwYNxiBo1DZouFzLd4mHqVxTBTzewALmR2c9lf1f2MObYEWfx1vsvTd6
    hHN/HLTpAgMBAAECggEAB/aNeGfouKBLorXmReE8LPjzAciGiD2UEPjMNLh0ExoL
    XQ47zcKFGJ/01MxffXR73ZHG0zrVdxz61bHR5y2QaQuTpjmXMvIZtggA6t/n8BUF
    r3YlQis/Le28r5qwU7+6CxscmeaDpMAWWk6l3X6Ma8RoII/ALXSnuJzEmvohMbzp
    Eno8J0XX/pzkZcj1BlYB6UYJhpUZliffIb8GUwLHRdUth0onjAviKhnRE8IfM1oO
    P1Y6VCfxItSer/K2s5gls7g6e49QcymiD2qrim68+blAHGNVu0uUPZtsWzdMADiB
    SeiAhT7iKfQD/iNNYfB0NzGurja0FuuZEp1X9r03RQKBgQDTVX7tew/KhQl6Fs6t
    shh5BwU1SGJ5L9UMba/jR5fVtP2ZC9dGzEPvV+05g5NxWEwKyeqZFqNV+5lXBKit
    jbqdNn7WhtK+GnmAKt09Myak1GHjQvBaqE0PYH93IuLTDjzQFh4f8emCpJQWsdfF
    xmGo9Z1F3S6k8hJkmN0LqCEKrQKBgQDAXtwS3aUg7y1XaBQFTGXwb7wH10n7kwdv
    uL3e71noVRkEP+GdJNueZ9OXnYNuABEDCVns+em9TSzC28lVuac73riil8h+Pq53
    6nSTtXnDpj7YTw49q2SK3crxkQEOJlfEZC5My4sAzhAZIJZtkMrGxri03ffTsf26
    0Cv8Y6g2rQKBgQCWwkbp4wBA2OcJ0XtfLc2HiRqOCDU3fofddeIjoM8QBS1kIK5S
    MyXDeFYi0Vo9YV/d0m0pCJ08mV+qVAiAxrp5rIaPQ17Tfs9uPyXUosjOjTPHi9kq
    0yUl8xD7TEfDiESZrS2QXGLYb8+04OmsjPjeL1kincbIpGe6m9IUnrvzgQKBgQCg
    M99uzqrf/I90BTb3GqKiU0rx9LamDdHZlq545DeppoTI5zJKnhFPoAO0dfaoOuHv
    92+uTIn9njGyrTrEa3H8CAUXUvQjPqwpLVWcVTtsVhxsI5omfX+jrgV+m1WXpRLe
    eNeeGLxQFUuOwXbFFBnq5D+aUGg9IjO9yfN3or7JmQKBgB9pF8/FnDSdNCoP/EVU
    MJ6deZa1/UD4qvZvGz6SHf9lvjhFg0mbaYtBwlQrB69UudT3wlB8Gf89EHmjEuKN
    FN77xCbhAvere+IpEhdBYAclcuoxvH2k95RC7g+yoNP1p3HeAn3pKKStnPn01RNO
    oJ4cn+p6qL1pq2dU5qBbFqGX
    -----END PRIVATE KEY-----
    """

  private static let modulus = [
    "ns5uQ8OPKgJRhe7SWkmA2AcCad59DP-da8i0YTFuaJcptDXlZYKHwKvOR80TXUOffFIPTtP7ZlZZNaCAdR7f-NUInK",
    "0gqZzEZaNBcj8fpWYW-rWGYhOybMgEn2nNhAaa-D3Ufl0ENS9aGl6Lpb7oXMQRIrbtup3g-kEGWTbV8Why9Uo0XXVa",
    "uzEm42KYw7hyj6jSIw15g3dzfi0bWthKgJwf85yZkA3UDYkD4x2bjONmn480PaMzyjml7Wh2UpuJa156XnMKN7RS60",
    "B62zXkR3cGDcYgaNQ2aLhcy3eJh6lcUwU83sAC5kdnPZX9X9jDm2BFn8db7L03eoRzfxy06Q",
  ].joined()

  static func publicKey(_ id: String) -> JSONValue {
    ["kty": "RSA", "kid": .string(id), "use": "sig", "alg": "RS256", "n": .string(modulus), "e": "AQAB"]
  }

  static func signer(_ id: String) -> FakeIdentityProvider.Signer {
    FakeIdentityProvider.Signer(id: id, algorithm: "RS256", key: publicKey(id)) { bytes in
      guard let digest = Digest("sha256") else { throw OpenSSLError(reason: "no SHA-256") }
      return try AsymmetricKey(pem: secret).signature(of: bytes, digest: digest)
    }
  }
}
