use std::sync::Arc;
use galen_table::scan::{Pace, gather};
use galen_table::accumulator::*;
use galen_table::{ReadOptions, open, Source, Values};
use std::os::unix::fs::FileExt;

struct File(std::fs::File, u64);
impl Source for File {
    fn len(&self) -> u64 { self.1 }
    fn read_at(&self, offset: u64, into: &mut [u8]) -> std::io::Result<()> { self.0.read_exact_at(into, offset) }
}
struct All(Vec<String>);
impl Accumulator for All {
    type State = u64;
    fn columns(&self) -> Vec<String> { self.0.clone() }
    fn precision(&self) -> Precision { Precision::Exact }
    fn update(&self, s: &mut u64, c: &Chunk) -> Result<(), galen_table::ColumnError> {
        for n in &self.0 { let v = c.table.values(n)?; if let Values::Coded(d) = v { *s += arrow_array::Array::len(d.values()) as u64; } else { *s += v.missing() as u64; } }
        Ok(())
    }
    fn merge(&self, s: &mut u64, l: u64) { *s += l }
}
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let f = std::fs::File::open(&path).unwrap();
    let n = f.metadata().unwrap().len();
    let scan = open(Arc::new(File(f, n)), galen_table::Format::of_name(&path), &ReadOptions::default(), Pace::ALONE).unwrap();
    for h in scan.heads().list() { 
        let a = All(vec![h.name.clone()]);
        let t = std::time::Instant::now();
        let s = gather(scan.as_ref(), &[&a], Pace::ALONE).unwrap();
        println!("{} {:?} {:?}", h.name, h.kind, t.elapsed());
        drop(s);
    }
    println!("parts {}", scan.parts());
    let a = All(scan.heads().list().iter().map(|h| h.name.clone()).collect());
    let t = std::time::Instant::now();
    gather(scan.as_ref(), &[&a], Pace::ALONE).unwrap();
    println!("all {:?}", t.elapsed());
}
