//! `xsd:dateTime` (RFC 7643, Section 2.3.5).

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};

/// Reads an `xsd:dateTime` with a year of four digits; without a zone it is in UTC (RFC 7643,
/// Section 2.3.5).
///
/// Fractions of a second beyond nanoseconds are cut off. As XML Schema has it, a day may end at
/// `24:00:00`, no minute has a leap second, and a zone is at most 14 hours from UTC.
#[must_use]
pub fn parse_date_time(text: &str) -> Option<DateTime<Utc>> {
    let (date, time) = text.split_at_checked(DATE)?;
    let time = time.strip_prefix('T')?;
    let zone = time.bytes().position(|byte| matches!(byte, b'Z' | b'+' | b'-'));
    let (clock, zone) = time.split_at(zone.unwrap_or(time.len()));
    let local = midnight(date)?.checked_add_signed(since_midnight(clock)?)?;
    Some(local.checked_sub_signed(offset(zone)?)?.and_utc())
}

/// The length of a date, in bytes.
const DATE: usize = "yyyy-mm-dd".len();

/// `yyyy "-" mm "-" dd`
fn midnight(text: &str) -> Option<NaiveDateTime> {
    let [year, month, day] = numbers(text, '-', [4, 2, 2])?;
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?.and_hms_opt(0, 0, 0)
}

/// `hh ":" mm ":" ss ["." 1*DIGIT]`, up to the midnight that ends the day.
fn since_midnight(text: &str) -> Option<TimeDelta> {
    const DAY: TimeDelta = TimeDelta::days(1);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let [hours, minutes, seconds] = numbers(whole, ':', [2, 2, 2])?;
    if minutes >= 60 || seconds >= 60 || fraction.is_empty() || !is_digits(fraction) {
        return None;
    }
    let nanos = fraction
        .bytes()
        .chain(std::iter::repeat(b'0'))
        .take(9)
        .fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    let time = TimeDelta::new(i64::from(hours * 3600 + minutes * 60 + seconds), nanos)?;
    (time <= DAY).then_some(time)
}

/// `"Z" / ("+" / "-") hh ":" mm`, or nothing
fn offset(text: &str) -> Option<TimeDelta> {
    let (sign, clock) = match text.split_at_checked(1) {
        None | Some(("Z", "")) => return Some(TimeDelta::zero()),
        Some(("+", clock)) => (1, clock),
        Some(("-", clock)) => (-1, clock),
        Some(_) => return None,
    };
    let [hours, minutes] = numbers(clock, ':', [2, 2])?;
    let total = i64::from(hours * 60 + minutes);
    (minutes < 60 && total <= 14 * 60).then(|| TimeDelta::minutes(sign * total))
}

/// Numbers of a given number of digits, with `separator` between them.
fn numbers<const N: usize>(text: &str, separator: char, lengths: [usize; N]) -> Option<[u32; N]> {
    let mut numbers = [0; N];
    let mut rest = Some(text);
    for (number, length) in numbers.iter_mut().zip(lengths) {
        let (digits, behind) = rest?.split_at_checked(length)?;
        for digit in digits.bytes() {
            *number = *number * 10 + char::from(digit).to_digit(10)?;
        }
        rest = if behind.is_empty() { None } else { Some(behind.strip_prefix(separator)?) };
    }
    rest.is_none().then_some(numbers)
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}
