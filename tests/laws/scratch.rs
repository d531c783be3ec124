//! Scratch.
use crate::{honest::check, setting::{Budget, Setting}, vendor::Reaction};
use fairlead_tests::sample;
use fairlead_core::integration::Dedupe;
#[test]
fn scratch() {
    let n = |k: &str, d: u8| std::env::var(k).ok().map_or(d, |v| v.parse().unwrap());
    let mut s = Setting::new("scratch", if n("DED",0)==0 {sample::keyed()} else if n("DED",0)==1 {Dedupe::None} else {Dedupe::Upsert});
    s.budget = Budget { crashes: n("CR", 0), copies: n("CO", 0), submissions: n("SU", 1), ticks: n("TI", 3), failures: n("FA",0), redrives: n("RE",0), orders: n("OR",0), looks: n("LO",0), stale_pages: n("ST",0), removals: n("RM",0) };
    s.immortal = n("IM", 1) == 1;
    s.workers = n("WO",2) as usize;
    if n("ALL",0)==1 { s.reactions = Reaction::ALL }
    if n("LONG",0)==1 { s.retry = sample::waits(&[10, 1800]) }
    check(s);
}
#[test]
fn stats() {
    use stateright::Model as _;
    use std::collections::{HashSet, HashMap, VecDeque};
    let n = |k: &str, d: u8| std::env::var(k).ok().map_or(d, |v| v.parse().unwrap());
    let mut s = Setting::new("scratch", if n("DED",0)==0 {sample::keyed()} else if n("DED",0)==1 {Dedupe::None} else {Dedupe::Upsert});
    s.budget = Budget { crashes: n("CR", 0), copies: n("CO", 0), submissions: n("SU", 1), ticks: n("TI", 3), failures: n("FA",0), redrives: n("RE",0), orders: n("OR",0), looks: n("LO",0), stale_pages: n("ST",0), removals: n("RM",0) };
    s.immortal = n("IM", 1) == 1;
    let m = crate::model::Model::new(s);
    let mut seen = HashSet::new();
    let mut q = VecDeque::new();
    for w in m.init_states() { seen.insert(w.clone()); q.push_back(w); }
    let (mut e, mut ms, mut ws, mut v) = (HashSet::new(), HashSet::new(), HashSet::new(), HashSet::new());
    let mut sizes: HashMap<(usize,usize), usize> = HashMap::new();
    let mut last = None;
    while let Some(w) = q.pop_front() {
        e.insert(w.entry.clone()); ms.insert(w.messages.clone()); ws.insert(w.workers.clone()); v.insert(w.vendor.clone());
        *sizes.entry((w.messages.len(), w.workers.len())).or_default() += 1;
        let mut acts = vec![]; m.actions(&w, &mut acts);
        for a in acts { if let Some(x) = m.next_state(&w, a) { if seen.insert(x.clone()) { q.push_back(x) } } }
        if seen.len() > 300_000 { last = Some(w); break }
    }
    println!("{} entries {} messages {} workers {} vendors {}", seen.len(), e.len(), ms.len(), ws.len(), v.len());
    let mut single: HashMap<_, usize> = HashMap::new();
    for w in &seen { for k in &w.workers { *single.entry(k.clone()).or_default() += 1; } }
    println!("single workers {}", single.len());
    let mut by: HashMap<String, (usize,usize)> = HashMap::new();
    for (k, n) in &single { let e = by.entry(format!("{} {}", k.name(), match &k.stand { crate::replay::Stand::At(o) => format!("{o:?}").chars().take(6).collect::<String>(), o => format!("{o:?}")})).or_default(); e.0 += 1; e.1 += n; }
    let mut by: Vec<_> = by.into_iter().collect(); by.sort_by_key(|x| x.1); for b in by { println!("{b:?}") }
    let mut z: Vec<_> = sizes.into_iter().collect(); z.sort(); println!("{z:?}");
    for w in last.iter().chain(q.iter().rev().take(2)) { 
        println!("now {:?} left {:?} entry {:?}", w.now, w.left, w.entry.as_ref().map(|e| &e.life));
        for m in &w.messages { println!("  {:?} {} {:?} hops {} {:?}", m.queue, m.visible_at, m.ticket.step, m.ticket.hops, m.ticket.order.as_ref().map(|o| o.version)); }
        for k in &w.workers { println!("  W {} {:?}", k.name(), k.log.iter().map(|h| match h { crate::replay::Heard::Loaded(Some(e)) => format!("loaded v{}", e.life.version.0), o => format!("{o:?}") }).collect::<Vec<_>>()); }
    }
}
