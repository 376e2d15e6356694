/// Keys made for these tests; they guard nothing.
enum TestKeys {
  static let rsaPrivate = """
    -----BEGIN PRIVATE KEY-----
    MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBALNZjnSi2h3emsvv
    DXlsZzxFHtga52eAzSBMXWSSgwWNgq/bCpnongDfeXn+GL0l5A5n6VmdfPEFAIs8
    Wii3+MrMxHuLQdlX3ni4I9v4V9ENO6FwYHKutLv8AhPyVRb7QprUCSH77qyaC9u0
    5aOtLAJKViiHyMmPWcJ3ohFmTNkNAgMBAAECgYAFT9C1SaF2IwKoqZLXlstT8KQi
    OGHEIf9xRnG5qdExl+hX9v/QYSBU3EmHwGvRJk8j0hYKLmzl4oUKmqX88L3wjvbd
    axMqkR7Glu+qN/tR2K+zznZPySWZrilsQzB6G+NGs3WSWYhI+UhMeYMdZTUcopG3
    P5uwS8mu7Zdu501UrQJBAOehAG37RaPvDKrVFcdvCttdW94U9QlWU0vaJQVfsr4t
    MFZ/aNkMMsRdwHy/NR1dYsFvJEekagRJtfOW1RTu0xsCQQDGOGat4f3WUESnlhtO
    pUTPJD2i5cUzwoltq19ZAu/c4m2wzrote+4WZwyaugek+YIqSlq6acKpiD0lsb+V
    hh73AkEAneG5SD4QvugPS1ZJLRI8ZT/igaLpTv7/ceF0gJA1ZrmojBz2W5Ob+wso
    TB+M1cI0sULPiOHBvcB8fFfgUA9l5wJAdtTvMYUPAQFD91f07PQFSU1HqjWnQH16
    mAWp9pndJIWWDu4QDR6DwGhs1QF7fbqa/zFuLN0kdzAWwFdMLJ6oRwJAI0uH09G8
    tOaPiAPoSPFk48yS6Kme/7ku/9b7SX0hJE/sZYzfTeSRvrk7PZq85gRV8IlVFc+z
    tXz2XfFrFLrf/g==
    -----END PRIVATE KEY-----
    """
  static let rsaPublic = """
    -----BEGIN PUBLIC KEY-----
    MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCzWY50otod3prL7w15bGc8RR7Y
    GudngM0gTF1kkoMFjYKv2wqZ6J4A33l5/hi9JeQOZ+lZnXzxBQCLPFoot/jKzMR7
    i0HZV954uCPb+FfRDTuhcGByrrS7/AIT8lUW+0Ka1Akh++6smgvbtOWjrSwCSlYo
    h8jJj1nCd6IRZkzZDQIDAQAB
    -----END PUBLIC KEY-----
    """
  static let ecPrivate = """
    -----BEGIN EC PRIVATE KEY-----
    MHcCAQEEIHXqDfbqZHNulhdr4QooaDWgsUK5VAlLSFUHz60CbQY/oAoGCCqGSM49
    AwEHoUQDQgAEtiD89hT2jf+PQomouwpe9jejF5sZMKdI1e/A6qGVxE1Zxs8t2I4v
    lhfmintERHbPEq1GFZRisauCj8s61PiRQg==
    -----END EC PRIVATE KEY-----
    """
  static let ecPublic = """
    -----BEGIN PUBLIC KEY-----
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEtiD89hT2jf+PQomouwpe9jejF5sZ
    MKdI1e/A6qGVxE1Zxs8t2I4vlhfmintERHbPEq1GFZRisauCj8s61PiRQg==
    -----END PUBLIC KEY-----
    """
}
