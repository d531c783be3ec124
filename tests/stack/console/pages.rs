//! Every page of the console that can be reached from the first one.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use futures::future::join_all;

use crate::support::{
    console::{Reader, Served},
    world::World,
};

/// So many pages of each kind are read; the first ones are the nearest to the first page.
const MOST: usize = 40;

/// What a page says that has nothing to show: an event that was refused may name no record.
const NOT_THERE: [&str; 2] = ["Which record?", "There is no such integration"];

/// So many at the same time.
const AT_ONCE: usize = 4;

/// Follows every link within the console, breadth first; what each page says is kept as all that pages say.
pub(crate) async fn pages(world: &World) {
    let console = Served::open(world).await;
    let reader = Reader::enter(&console).await;
    let mut ahead = VecDeque::from(["/".to_owned()]);
    let mut known: BTreeSet<String> = ahead.iter().cloned().collect();
    let mut kinds = BTreeMap::<String, usize>::new();
    let mut read = BTreeSet::new();
    while !ahead.is_empty() {
        let batch: Vec<String> = ahead.drain(..ahead.len().min(AT_ONCE)).collect();
        let pages = join_all(batch.iter().map(|path| reader.page(path))).await;
        for (path, page) in batch.into_iter().zip(pages) {
            let told = NOT_THERE.iter().any(|why| page.text.contains(why));
            assert!(page.status == 200 || told, "{path}: {} {}", page.status, page.text);
            let new = page.links().into_iter().filter(|link| known.insert(link.clone()));
            ahead.extend(new.filter(|link| {
                let kind = kinds.entry(kind(link)).or_default();
                *kind += 1;
                *kind <= MOST
            }));
            read.insert(path);
        }
    }
    for kind in ["/issues/", "/deliveries/", "/integrations/", "/record?", "/audit", "/style.css"] {
        assert!(read.iter().any(|path| path.starts_with(kind)), "no page below {kind}");
    }
}

/// `/deliveries/` for every delivery, `/deliveries?` for every list of them.
fn kind(link: &str) -> String {
    let end = link[1..].find(['/', '?']).map_or(link.len(), |at| at + 2);
    link[..end].to_owned()
}
