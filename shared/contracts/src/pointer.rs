//! JSON pointers (RFC 6901).

/// The pointer to where `path` leads.
pub(crate) fn of<S: AsRef<str>>(path: &[S]) -> String {
    path.iter().fold(String::new(), |pointer, part| child(&pointer, part.as_ref()))
}

/// The pointer to the member `name` of what `parent` points to.
pub(crate) fn child(parent: &str, name: &str) -> String {
    format!("{parent}/{}", name.replace('~', "~0").replace('/', "~1"))
}
