//! Detection: boxes that a model drew, held against the true ones.

/// A box by its corners, in any unit; `least` is not above `most`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Region {
    pub least: [f64; 2],
    pub most: [f64; 2],
}

impl Region {
    /// A box of these corners; none if one is not finite, or it ends before it begins.
    pub fn new(least: [f64; 2], most: [f64; 2]) -> Option<Self> {
        let is_sound = (0..2).all(|side| {
            least[side].is_finite() && most[side].is_finite() && least[side] <= most[side]
        });
        is_sound.then_some(Self { least, most })
    }

    fn area(&self) -> f64 {
        (self.most[0] - self.least[0]) * (self.most[1] - self.least[1])
    }

    /// The common area by that of either box; 0 of boxes without any.
    pub fn iou(&self, other: &Self) -> f64 {
        let side = |at: usize| {
            (self.most[at].min(other.most[at]) - self.least[at].max(other.least[at])).max(0.0)
        };
        let both = side(0) * side(1);
        let either = self.area() + other.area() - both;
        if either > 0.0 { both / either } else { 0.0 }
    }
}

/// A box with how sure the model is of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    pub region: Region,
    pub score: f64,
}

/// What a found box is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The first that hits a true box.
    Hit,
    /// It hits a true box that a surer one has hit.
    Again,
    False,
}

/// What each found box of an image is: from the surest down, each takes the true box that it overlaps most among those that are free, if by
/// the share that is asked or more.
///
/// # Source
/// Everingham et al. 2010, Int J Comput Vis 88:303-338, section 4.2; Lin et al. 2014, ECCV (COCO).
pub fn matched(truth: &[Region], found: &[Found], overlap: f64) -> Vec<Kind> {
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by(|&i, &j| found[j].score.total_cmp(&found[i].score));
    let mut is_taken = vec![false; truth.len()];
    let mut kinds = vec![Kind::False; found.len()];
    for at in order {
        let over = |other: &usize| found[at].region.iou(&truth[*other]);
        let hits = |other: &usize| over(other) >= overlap;
        let free = (0..truth.len())
            .filter(|other| !is_taken[*other])
            .filter(hits);
        match free.max_by(|a, b| over(a).total_cmp(&over(b))) {
            Some(best) => {
                is_taken[best] = true;
                kinds[at] = Kind::Hit;
            }
            None if (0..truth.len()).any(|other| hits(&other)) => kinds[at] = Kind::Again,
            None => {}
        }
    }
    kinds
}

/// The found boxes of all images, the surest first, and how many there are to find.
#[derive(Clone, Debug, PartialEq)]
pub struct Detections {
    /// Score, image, and whether it is a hit; what is neither right nor wrong is absent.
    events: Vec<(f64, usize, bool)>,
    /// True boxes of each image.
    truths: Vec<usize>,
}

/// What is so at and above a score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    pub score: f64,
    pub hits: f64,
    pub false_alarms: f64,
}

/// False positives an image at which the FROC curve is read.
///
/// # Source
/// Setio et al. 2017, Med Image Anal 42:1-13 (LUNA16), section 3.3.
pub const FALSE_ALARMS: [f64; 7] = [0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0];

impl Detections {
    /// Images with their true and found boxes. A further hit of a true box is a false alarm, as COCO counts it, unless `ignores_again`.
    pub fn of(images: &[(Vec<Region>, Vec<Found>)], overlap: f64, ignores_again: bool) -> Self {
        let mut events = Vec::new();
        for (image, (truth, found)) in images.iter().enumerate() {
            for (one, kind) in found.iter().zip(matched(truth, found, overlap)) {
                if kind != Kind::Again || !ignores_again {
                    events.push((one.score, image, kind == Kind::Hit));
                }
            }
        }
        events.sort_by(|a, b| b.0.total_cmp(&a.0));
        Self {
            events,
            truths: images.iter().map(|(truth, _)| truth.len()).collect(),
        }
    }

    /// How many images each counts as, from a list in which some are named more than once; and how many true boxes that makes.
    fn counts(&self, images: &[usize]) -> (Vec<f64>, f64) {
        let mut counts = vec![0.0; self.truths.len()];
        images.iter().for_each(|image| counts[*image] += 1.0);
        let truths = images
            .iter()
            .map(|image| self.truths[*image])
            .sum::<usize>();
        (counts, truths as f64)
    }

    /// Hits and false alarms of these images, from the highest score down; one point a score.
    pub fn points(&self, images: &[usize]) -> Vec<Point> {
        let (counts, _) = self.counts(images);
        let mut points: Vec<Point> = Vec::new();
        let (mut hits, mut false_alarms) = (0.0, 0.0);
        for &(score, image, is_hit) in &self.events {
            if counts[image] == 0.0 {
                continue;
            }
            match is_hit {
                true => hits += counts[image],
                false => false_alarms += counts[image],
            }
            let point = Point {
                score,
                hits,
                false_alarms,
            };
            match points.last_mut() {
                Some(last) if last.score == score => *last = point,
                _ => points.push(point),
            }
        }
        points
    }

    /// The share of true boxes that can be hit at no more than each of these numbers of false alarms an image. None without a true box.
    pub fn sensitivities(&self, images: &[usize], at: &[f64]) -> Option<Vec<f64>> {
        let (_, truths) = self.counts(images);
        let points = self.points(images);
        let most = |alarms: &f64| {
            let within = points
                .partition_point(|point| point.false_alarms <= alarms * images.len() as f64 + 1e-9);
            within.checked_sub(1).map_or(0.0, |at| points[at].hits) / truths
        };
        (truths > 0.0).then(|| at.iter().map(most).collect())
    }

    /// The mean of the sensitivities at [`FALSE_ALARMS`]. None without a true box.
    ///
    /// # Source
    /// Bunch et al. 1978, J Appl Photogr Eng 4:166-171 (FROC); Setio et al. 2017 (the mean).
    pub fn froc(&self, images: &[usize]) -> Option<f64> {
        let shares = self.sensitivities(images, &FALSE_ALARMS)?;
        Some(shares.iter().sum::<f64>() / shares.len() as f64)
    }

    /// The average precision: precision at each score, weighted by the recall that is added there; what is never found adds none. None without a
    /// true box.
    ///
    /// # Source
    /// Su, Yuan and Zhu 2015, ICTIR:349-352, as in scikit-learn; without interpolation.
    pub fn average_precision(&self, images: &[usize]) -> Option<f64> {
        let (_, truths) = self.counts(images);
        let (mut sum, mut before) = (0.0, 0.0);
        for point in self.points(images) {
            sum += (point.hits - before) * point.hits / (point.hits + point.false_alarms);
            before = point.hits;
        }
        (truths > 0.0).then(|| sum / truths)
    }

    /// Precision at 101 recalls, each the best at that recall or more. None without a true box.
    ///
    /// # Source
    /// Lin et al. 2014, ECCV, as in pycocotools 2.0.
    pub fn interpolated_precision(&self, images: &[usize]) -> Option<f64> {
        let (counts, truths) = self.counts(images);
        // One box at a time, as there: those of one score in their order.
        let (mut hits, mut all) = (0.0, 0.0);
        let mut curve: Vec<(f64, f64)> = Vec::new();
        for &(_, image, is_hit) in &self.events {
            for _ in 0..counts[image] as usize {
                all += 1.0;
                hits += f64::from(u8::from(is_hit));
                curve.push((hits / truths, hits / all));
            }
        }
        let mut best: f64 = 0.0;
        for point in curve.iter_mut().rev() {
            best = best.max(point.1);
            point.1 = best;
        }
        let at = |step: usize| {
            let recall = step as f64 / 100.0;
            let first = curve.partition_point(|point| point.0 < recall);
            curve.get(first).map_or(0.0, |point| point.1)
        };
        (truths > 0.0).then(|| (0..=100).map(at).sum::<f64>() / 101.0)
    }

    /// Hits, false alarms and true boxes of these images at a score and above.
    pub fn at(&self, images: &[usize], threshold: f64) -> (f64, f64, f64) {
        let (counts, truths) = self.counts(images);
        let (mut hits, mut false_alarms) = (0.0, 0.0);
        for (_, image, is_hit) in self.events.iter().take_while(|event| event.0 >= threshold) {
            match is_hit {
                true => hits += counts[*image],
                false => false_alarms += counts[*image],
            }
        }
        (hits, false_alarms, truths)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(x: f64, side: f64) -> Region {
        Region::new([x, 0.0], [x + side, side]).expect("a box")
    }

    fn found(x: f64, score: f64) -> Found {
        Found {
            region: region(x, 10.0),
            score,
        }
    }

    #[test]
    fn the_surest_box_takes_what_it_overlaps_most() {
        let truth = [region(0.0, 10.0), region(30.0, 10.0)];
        let boxes = [
            found(1.0, 0.5),
            found(0.0, 0.9),
            found(31.0, 0.4),
            found(60.0, 0.8),
        ];
        assert_eq!(
            matched(&truth, &boxes, 0.5),
            [Kind::Again, Kind::Hit, Kind::Hit, Kind::False]
        );
        assert_eq!(matched(&[], &boxes[..1], 0.5), [Kind::False]);
        assert_eq!(region(0.0, 10.0).iou(&region(5.0, 10.0)), 50.0 / 150.0);
        assert_eq!(Region::new([1.0, 0.0], [0.0, 0.0]), None);
    }

    #[test]
    fn what_is_found_is_counted_by_image_and_score() {
        let images = vec![
            (
                vec![region(0.0, 10.0), region(30.0, 10.0)],
                vec![found(0.0, 0.9), found(60.0, 0.8), found(31.0, 0.4)],
            ),
            (vec![], vec![found(0.0, 0.6)]),
        ];
        let all = Detections::of(&images, 0.5, false);
        // One of two at no false alarm; both at one an image.
        assert_eq!(
            all.sensitivities(&[0, 1], &[0.0, 0.5, 1.0]),
            Some(vec![0.5, 0.5, 1.0])
        );
        assert_eq!(
            all.average_precision(&[0, 1]),
            Some(0.5 * 1.0 + 0.5 * 2.0 / 4.0)
        );
        assert_eq!(all.at(&[0, 1], 0.7), (1.0, 1.0, 2.0));
        // Every image twice changes no share.
        assert_eq!(all.froc(&[0, 1, 0, 1]), all.froc(&[0, 1]));
        assert_eq!(all.froc(&[1]), None);
    }
}
