//! The headers of a request that came in.

use std::collections::BTreeMap;

/// The headers of a request. A name that came several times has its values joined by commas, as API Gateway does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(BTreeMap<String, String>);

impl Headers {
    /// The value of the header with this name, which is given in lower case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// All of them, by name in lower case.
    pub fn each(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<N: AsRef<str>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let mut headers = BTreeMap::new();
        for (name, value) in pairs {
            let value = value.into();
            headers
                .entry(name.as_ref().to_ascii_lowercase())
                .and_modify(|held: &mut String| *held = format!("{held},{value}"))
                .or_insert(value);
        }
        Self(headers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_in_lower_case_and_its_values_are_joined() {
        let headers: Headers = [("X-A", "1"), ("x-b", "2"), ("x-a", "3")].into_iter().collect();
        assert_eq!((headers.get("x-a"), headers.get("x-b")), (Some("1,3"), Some("2")));
        assert_eq!(headers.get("x-c"), None);
    }
}
