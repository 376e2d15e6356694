// The order of items by fields. n8n compares as JavaScript does, which is no order at all where text, numbers and
// missing values meet; here it is a total one that agrees with it wherever JavaScript's answer is consistent.

import JobsprintDomain

/// Sorting by fields, one after the other. Items that are equal in all of them stay in their order.
struct ItemOrder: Sendable {
  struct Field: Sendable {
    let path: FieldPath
    let isDescending: Bool
  }

  let fields: [Field]

  func sorted(_ items: [Item]) -> [Item] {
    let columns = fields.map { Column(items, $0) }
    if columns.count == 1, let column = columns.first { return sorted(items, by: column) }
    let order = items.indices.sorted { left, right in
      for column in columns {
        switch column.order(left, right) {
        case .before: return true
        case .after: return false
        case .same: continue
        }
      }
      return left < right
    }
    return order.map { items[$0] }
  }

  private func sorted(_ items: [Item], by column: Column) -> [Item] {
    let order = items.indices.sorted { left, right in
      switch column.order(left, right) {
      case .before: true
      case .after: false
      case .same: left < right
      }
    }
    return order.map { items[$0] }
  }
}

private enum Order {
  case before, same, after

  var reversed: Order {
    switch self {
    case .before: .after
    case .same: .same
    case .after: .before
    }
  }
}

/// The values of one field, made comparable once.
private struct Column {
  /// Ascending: numbers, then text, then what can't be compared.
  private enum Key {
    case number(Double)
    case text(TextKey)
    case none
  }

  private let keys: [Key]
  private let isDescending: Bool

  init(_ items: [Item], _ field: ItemOrder.Field) {
    let values = items.map { field.path.value(in: $0.json) }
    isDescending = field.isDescending
    // A column of numbers in which some are written as text is one of numbers; null counts as 0 there, as JavaScript
    // has it. In a column of text null has no place, so it comes last.
    let isNumeric = Self.isNumeric(values)
    keys = values.map { value in
      switch value {
      case .bool(let flag)?: .number(flag ? 1 : 0)
      case .integer(let number)?: .number(Double(number))
      case .double(let number)?: .number(number)
      case .string(let text)?: isNumeric ? .number(text.asJavaScriptNumber ?? 0) : .text(TextKey(text))
      case .null?: isNumeric ? .number(0) : .none
      default: .none
      }
    }
  }

  private static func isNumeric(_ values: [JSONValue?]) -> Bool {
    var hasNumber = false
    for value in values {
      switch value {
      case .string(let text)?: if text.asJavaScriptNumber == nil { return false }
      case .integer?, .double?, .bool?: hasNumber = true
      default: break
      }
    }
    return hasNumber
  }

  func order(_ left: Int, _ right: Int) -> Order {
    let ascending: Order =
      switch (keys[left], keys[right]) {
      case (.number(let a), .number(let b)): a < b ? .before : a == b ? .same : .after
      case (.text(let a), .text(let b)): a < b ? .before : a == b ? .same : .after
      case (.none, .none): .same
      case (.number, _), (.text, .none): .before
      default: .after
      }
    return isDescending ? ascending.reversed : ascending
  }
}
