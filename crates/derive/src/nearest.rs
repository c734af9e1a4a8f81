//! The nearest name, for messages.

/// Returns the name that is nearest to `given`, if one is near enough to be meant.
pub(crate) fn nearest<'n>(
    given: &str,
    names: impl IntoIterator<Item = &'n str>,
) -> Option<&'n str> {
    let given = given.to_ascii_lowercase();
    let measured =
        names.into_iter().map(|name| (distance(&given, &name.to_ascii_lowercase()), name));
    let (distance, name) = measured.min_by_key(|(distance, _)| *distance)?;
    if distance <= (given.len().max(name.len()) / 3).max(2) { Some(name) } else { None }
}

/// The number of letters to insert, remove, replace or swap (optimal string alignment).
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, letter) in one.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, of_other) in other.iter().enumerate() {
            let replaced = row[j] + usize::from(letter != of_other);
            let mut least = replaced.min(row[j + 1] + 1).min(next[j] + 1);
            let is_swapped = i > 0 && j > 0 && one[i - 1] == *of_other && *letter == other[j - 1];
            if is_swapped {
                least = least.min(before[j - 1] + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found() {
        let names = ["userName", "userType", "displayName", "name", "locale"];
        for (given, found) in [
            ("username", Some("userName")),
            ("usrName", Some("userName")),
            ("user_name", Some("userName")),
            ("displyName", Some("displayName")),
            ("naem", Some("name")),
            ("salary", None),
        ] {
            assert_eq!(nearest(given, names), found, "{given}");
        }
    }
}
