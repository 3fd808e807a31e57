use super::tissue::keep;
use super::view::{View, hue_saturation_value};

/// The share of the view's points that a patch of ink has at least.
const PATCH: f64 = 0.001;

/// Ink of a marker. Green and blue are no colours of a stained section; red ink is purer and lighter than blood, black ink without
/// colour and darker than nuclei. Tattoo pigment, dyes of the margin and counterstains of strong blue look like ink to this rule.
pub(super) fn find(view: &View, _tissue: &[bool]) -> Vec<bool> {
    let is_ink = |colour: &[f32; 3]| {
        let [hue, saturation, value] = hue_saturation_value(*colour);
        let green = (70.0..=185.0).contains(&hue) && saturation >= 0.25;
        let blue = (185.0..=238.0).contains(&hue) && saturation >= 0.5;
        let red = (hue >= 346.0 || hue <= 12.0) && saturation >= 0.72 && value >= 0.62;
        let black = value <= 0.22 && saturation <= 0.35 && value > 0.02;
        green || blue || red || black
    };
    let mut ink: Vec<bool> = view.colours.iter().map(is_ink).collect();
    let least = ((PATCH * ink.len() as f64) as usize).max(24);
    keep(&mut ink, view.size[0], |area| area >= least);
    ink
}
