//! What an unquoted scalar means: the core schema of YAML 1.2, and no more.
//!
//! Where a reading would lose something, the text stays as it was written: numbers with leading
//! zeros (`007`), whole numbers that do not fit into 64 bits, numbers without a finite value.

use serde_json::{Number, Value};

/// The value of a scalar that stands in the file without quotes.
pub(super) fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).map_or_else(|| Value::from(text), Value::Number),
    }
}

fn number(text: &str) -> Option<Number> {
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if unsigned.len() > 1 && unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        if unsigned.starts_with('0') {
            return None;
        }
    } else if !is_decimal(unsigned) {
        return None;
    }
    whole(text).or_else(|| fraction(text, unsigned))
}

fn radix(digits: &str, radix: u32) -> Option<Number> {
    // `from_str_radix` would take a sign.
    if digits.starts_with(['+', '-']) {
        return None;
    }
    u64::from_str_radix(digits, radix).ok().map(Number::from)
}

fn whole(text: &str) -> Option<Number> {
    let unsigned = text.parse::<u64>().ok().map(Number::from);
    unsigned.or_else(|| text.parse::<i64>().ok().map(Number::from))
}

fn fraction(text: &str, unsigned: &str) -> Option<Number> {
    if unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse::<f64>().ok().and_then(Number::from_f64)
}

/// `12`, `1.5`, `.5`, `1.`, `1e3`, `1.5e-3`: digits with at most one point and one exponent.
fn is_decimal(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent_is_fine = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    digits(before) && digits(after) && !(before.is_empty() && after.is_empty()) && exponent_is_fine
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn scalars_mean_what_the_core_schema_says() {
        let table = [
            ("", json!(null)),
            ("~", json!(null)),
            ("Null", json!(null)),
            ("nULL", json!("nULL")),
            ("True", json!(true)),
            ("FALSE", json!(false)),
            ("yes", json!("yes")),
            ("on", json!("on")),
            ("0", json!(0)),
            ("-0", json!(0)),
            ("12", json!(12)),
            ("+5", json!(5)),
            ("-5", json!(-5)),
            ("0o17", json!(15)),
            ("0x1F", json!(31)),
            ("0x+1", json!("0x+1")),
            ("0b11", json!("0b11")),
            ("1.10", json!(1.1)),
            (".5", json!(0.5)),
            ("1.", json!(1.0)),
            ("1e3", json!(1000.0)),
            ("1e", json!("1e")),
            (".", json!(".")),
            ("1.2.3", json!("1.2.3")),
            ("007", json!("007")),
            ("-007", json!("-007")),
            ("1_000", json!("1_000")),
            ("12:30", json!("12:30")),
            ("2020-01-01", json!("2020-01-01")),
            (".inf", json!(".inf")),
            ("nan", json!("nan")),
            ("inf", json!("inf")),
            ("1e999", json!("1e999")),
            (
                "1234567890123456789012345678901234567890",
                json!("1234567890123456789012345678901234567890"),
            ),
        ];
        for (text, expected) in table {
            assert_eq!(resolve(text), expected, "{text:?}");
        }
    }
}
