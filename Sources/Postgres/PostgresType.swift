/// A type of PostgreSQL by its object id, which is fixed for all built-in types (catalog/pg_type.dat), with that of its
/// array.
public struct PostgresType: Sendable, Hashable {
  public let oid: UInt32
  public let array: UInt32
  public let name: String

  public init(oid: UInt32, array: UInt32, name: String) {
    self.oid = oid
    self.array = array
    self.name = name
  }

  public static let bool = PostgresType(oid: 16, array: 1000, name: "bool")
  public static let bytea = PostgresType(oid: 17, array: 1001, name: "bytea")
  public static let int8 = PostgresType(oid: 20, array: 1016, name: "int8")
  public static let int2 = PostgresType(oid: 21, array: 1005, name: "int2")
  public static let int4 = PostgresType(oid: 23, array: 1007, name: "int4")
  public static let text = PostgresType(oid: 25, array: 1009, name: "text")
  public static let float4 = PostgresType(oid: 700, array: 1021, name: "float4")
  public static let float8 = PostgresType(oid: 701, array: 1022, name: "float8")
  public static let timestamptz = PostgresType(oid: 1184, array: 1185, name: "timestamptz")
  public static let uuid = PostgresType(oid: 2950, array: 2951, name: "uuid")
  public static let json = PostgresType(oid: 114, array: 199, name: "json")
  public static let jsonb = PostgresType(oid: 3802, array: 3807, name: "jsonb")

  /// Types that are sent as plain characters: "char", name, text, json, unknown, bpchar, varchar, and whatever a user
  /// has defined (ids from 16384 on), which is an enumeration in nearly all cases.
  @usableFromInline
  static func isTextual(_ oid: UInt32) -> Bool {
    switch oid {
    case 18, 19, 25, 114, 705, 1042, 1043: true
    default: oid >= 16384
    }
  }

  /// For messages: what an id is called.
  static func name(of oid: UInt32) -> String {
    let known: [PostgresType] = [
      .bool, .bytea, .int8, .int2, .int4, .text, .float4, .float8, .timestamptz, .uuid, .json, .jsonb,
    ]
    for type in known {
      if type.oid == oid { return type.name }
      if type.array == oid { return "\(type.name)[]" }
    }
    return switch oid {
    case 1043: "varchar"
    case 1700: "numeric"
    case 1114: "timestamp without time zone"
    case 2278: "void"
    default: "the type with oid \(oid)"
    }
  }
}
