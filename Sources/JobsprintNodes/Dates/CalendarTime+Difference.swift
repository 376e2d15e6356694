import JobsprintDomain

/// A length of time in several units, from the largest to the smallest.
struct CalendarDifference: Sendable {
  let amounts: [(unit: CalendarUnit, amount: Double)]

  var asJSON: JSONObject { JSONObject(amounts.map { ($0.unit.rawValue, .number($0.amount)) }) }

  /// ISO 8601: `P1Y2M3DT4H5.678S`.
  var isoText: String {
    func amount(_ unit: CalendarUnit) -> Double { amounts.first { $0.unit == unit }?.amount ?? 0 }
    func part(_ value: Double, _ letter: String) -> String { value == 0 ? "" : value.javaScriptText + letter }
    let seconds = ((amount(.seconds) * 1000 + amount(.milliseconds)).rounded()) / 1000
    let date =
      part(amount(.years), "Y") + part(amount(.months) + amount(.quarters) * 3, "M") + part(amount(.weeks), "W")
      + part(amount(.days), "D")
    let time = part(amount(.hours), "H") + part(amount(.minutes), "M") + part(seconds, "S")
    if date.isEmpty, time.isEmpty { return "PT0S" }
    return "P" + date + (time.isEmpty ? "" : "T" + time)
  }
}

extension CalendarTime {
  /// From here to `end`, in the units asked for; the smallest takes the fraction. Negative when `end` is earlier.
  func difference(to end: CalendarTime, in units: [CalendarUnit]) -> CalendarDifference {
    if end.milliseconds < milliseconds {
      let turned = end.difference(to: self, in: units)
      return CalendarDifference(amounts: turned.amounts.map { ($0.unit, $0.amount == 0 ? 0 : -$0.amount) })
    }
    // Both ends on one calendar.
    let end = end.in(zone)
    let wanted = CalendarUnit.allCases.filter { units.contains($0) }
    var found: [(unit: CalendarUnit, amount: Double)] = []
    var cursor = self
    func reached(_ amounts: [(unit: CalendarUnit, amount: Double)]) -> CalendarTime {
      adding(amounts.map { ($0.unit, $0.amount) }) ?? end
    }
    for unit in wanted where unit.milliseconds >= CalendarUnit.days.milliseconds {
      found.append((unit, Double(cursor.wholeUnits(unit, to: end))))
      var next = reached(found)
      while next.milliseconds > end.milliseconds, found[found.count - 1].amount > 0 {
        found[found.count - 1].amount -= 1
        next = reached(found)
      }
      cursor = next
    }
    var rest = Double(end.milliseconds - cursor.milliseconds)
    let clockUnits = wanted.filter { $0.milliseconds < CalendarUnit.days.milliseconds }
    if let smallest = clockUnits.last {
      for unit in clockUnits {
        let amount = unit == smallest ? rest / unit.milliseconds : (rest / unit.milliseconds).rounded(.down)
        found.append((unit, amount))
        rest -= amount * unit.milliseconds
      }
    } else if let last = found.last {
      var further = found
      further[further.count - 1].amount += 1
      let span = reached(further).milliseconds - cursor.milliseconds
      if span > 0 { found[found.count - 1].amount = last.amount + rest / Double(span) }
    }
    return CalendarDifference(amounts: found)
  }

  /// How many units the calendar goes on, before times of day are looked at.
  private func wholeUnits(_ unit: CalendarUnit, to end: CalendarTime) -> Int {
    let years = end.date.year - date.year
    switch unit {
    case .years: return years
    case .quarters: return years * 4 + end.quarter - quarter
    case .months: return years * 12 + end.date.month - date.month
    case .weeks: return (end.date.daysSinceEpoch - date.daysSinceEpoch) / 7
    default: return end.date.daysSinceEpoch - date.daysSinceEpoch
    }
  }
}
