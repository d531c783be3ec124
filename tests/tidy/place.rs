//! Places: no tracked file names a folder of one machine, or the host of a package registry.

use crate::{
    fault::{Fault, none},
    tree::files,
};

/// Folders at the top of somebody's machine. A name in parts, or this file would break its own rule.
const FOLDERS: [&str; 4] = ["work", "tmp", "root", "home"];

/// Hosts in parts, for the same reason.
const HOSTS: [&[&str]; 7] = [
    &["crates", "io"],
    &["pypi", "org"],
    &["pythonhosted", "org"],
    &["registry", "npmjs", "org"],
    &["deb", "debian", "org"],
    &["proxy", "golang", "org"],
    &["artifactory", ""],
];

#[test]
fn no_file_names_a_folder_of_one_machine() {
    let folders = FOLDERS.map(|name| format!("/{name}"));
    none(files().iter().flat_map(|file| {
        let bad = file.text.lines().enumerate().filter_map(|(at, line)| {
            let folder = folders.iter().find(|folder| names(line, folder))?;
            let mend = format!(
                "`{folder}` is not everybody's; write the path from the root of the repository"
            );
            Some(Fault::new(&file.path, at + 1, mend))
        });
        bad.collect::<Vec<_>>()
    }));
}

#[test]
fn no_file_names_the_host_of_a_package_registry() {
    let hosts = HOSTS.map(|parts| parts.join("."));
    none(files().iter().filter(|file| !is_lock(&file.path)).flat_map(|file| {
        let bad = file.text.lines().enumerate().filter_map(|(at, line)| {
            let host = hosts.iter().find(|host| line.contains(host.as_str()))?;
            let mend = format!(
                "`{host}`: name the package; which registry serves it is the machine's own setting"
            );
            Some(Fault::new(&file.path, at + 1, mend))
        });
        bad.collect::<Vec<_>>()
    }));
}

#[test]
fn a_folder_is_found_as_a_path_and_not_as_a_part_of_one() {
    let tmp = format!("/{}", FOLDERS[1]);
    for bad in [format!("{tmp}/a"), format!("cd {tmp} && ls"), format!("\"{tmp}\"")] {
        assert!(names(&bad, &tmp), "{bad}");
    }
    for good in [format!("index{tmp}"), format!("{tmp}late.yaml"), format!("${{A}}{tmp}/b")] {
        assert!(!names(&good, &tmp), "{good}");
    }
}

fn is_lock(path: &str) -> bool {
    path.ends_with(".lock") || path.ends_with("package-lock.json")
}

/// Whether the line has the folder as the beginning of a path.
fn names(line: &str, folder: &str) -> bool {
    let within = |c: char| c.is_alphanumeric() || "_-.}>)*/$~:".contains(c);
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + folder.len()..].chars().next();
        !before.is_some_and(within)
            && !after.is_some_and(|c| c.is_alphanumeric() || "_-.".contains(c))
    })
}
