//! Images and DICOM headers: any bytes are one or an error, and what is measured of a picture is a number.
#![no_main]

use galen_imaging::Limits;
use galen_imaging::dicom::Header;
use galen_imaging::picture::Picture;
use libfuzzer_sys::fuzz_target;

// What a library panics about within its guard is an error to whoever reads; other panics end the run.
fn end_at_panics() {
    std::panic::set_hook(Box::new(|panic| {
        if !galen_imaging::is_guarded() {
            eprintln!("{panic}");
            std::process::abort();
        }
    }));
}

fuzz_target!(init: end_at_panics(), |bytes: &[u8]| {
    let limits = Limits {
        pixels_max: 1 << 14,
        ..Limits::default()
    };
    if let Ok(header) = Header::read(Box::new(bytes), &limits) {
        let _ = galen_imaging::dicom::columns(&["a".to_owned()], &[header]);
    }
    if let Ok(picture) = Picture::read(Box::new(bytes), &limits) {
        for value in picture.properties.into_iter().flatten() {
            assert!(value.is_finite() && value >= 0.0, "{value}");
        }
    }
});
