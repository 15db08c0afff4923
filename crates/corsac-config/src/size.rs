//! Sizes as they are written in a file: `512KiB`, `10MiB`.

use toml::de::DeValue;

use crate::document::Document;
use crate::problem::Problem;
use crate::value::{Value, wrong_type};

impl<'s> Document<'s> {
    /// A number of bytes.
    pub(crate) fn size(&mut self, value: &Value<'s>) -> Option<u64> {
        if let DeValue::Integer(number) = value.get_ref() {
            let suggestion = format!("\"{}B\"", number.as_str());
            self.report(wrong_type(value, "a size in quotes").suggesting(Some(suggestion)));
            return None;
        }
        let text = self.string(value)?;
        let size = parse(text.value);
        if size.is_none() {
            let message = "a size is a whole number and a unit: B, KiB, MiB, GiB, kB, MB or GB";
            let problem = Problem::error("size", message)
                .at(text.source_span(0..text.value.len()))
                .suggesting(suggested(text.value));
            self.report(problem);
        }
        size
    }
}

fn parse(text: &str) -> Option<u64> {
    let n_digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(n_digits);
    let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(*factor)
}

/// What was probably meant: with the unit spelled as it is here, and without spaces.
fn suggested(text: &str) -> Option<String> {
    let n_digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(n_digits);
    let unit = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "byte" | "bytes" => "B",
        "k" | "kib" => "KiB",
        "m" | "mib" => "MiB",
        "g" | "gib" => "GiB",
        "kb" => "kB",
        "mb" => "MB",
        "gb" => "GB",
        _ => return None,
    };
    let meant = format!("{number}{unit}");
    parse(&meant).map(|_| meant)
}

const UNITS: [(&str, u64); 7] = [
    ("B", 1),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
];
