//! What a V4 presigned URL costs with many query parameters.

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::sync::OnceLock;

use oss_sign::v4::{Signer, SigningKey};
use oss_sign::{Expires, MAX_PARAMETERS, ObjectKey, Request};
use plotters::prelude::*;

use crate::case::{KEY, bucket, credentials, endpoint, now, region};
use crate::contestant::{Contestant, Group, Kind};
use crate::floor;
use crate::rounds::{self, Plan, Quartiles};

const COUNTS: [usize; 12] = [0, 1, 2, 4, 8, 12, 16, 24, 32, 40, 52, MAX_PARAMETERS];

/// The curves, in the order of the contestants of each group.
const CURVES: [&str; 3] = ["floor", "parameters sorted", "parameters in reverse"];

/// Measures, prints the figures, and draws them.
pub fn run(plan: &Plan, svg: &Path) -> Result<(), Box<dyn Error>> {
    let mut groups: Vec<Group> = COUNTS.iter().map(|&count| group(count)).collect();
    let samples = rounds::run(&mut groups, plan);
    println!("parameters\t{}", CURVES.join("\t"));
    let mut points = Vec::new();
    for (count, samples) in COUNTS.iter().zip(samples) {
        let medians: Vec<f64> =
            samples.into_iter().map(|samples| Quartiles::of(samples).median).collect();
        let shown: Vec<String> = medians.iter().map(|median| format!("{median:.0}")).collect();
        println!("{count}\t{}", shown.join("\t"));
        points.push((*count as f64, medians));
    }
    draw(&points, svg)
}

fn group(count: usize) -> Group {
    let sorted: Vec<(String, String)> = (0..count)
        .map(|number| (format!("parameter-{number:02}"), format!("value {number}")))
        .collect();
    let mut reverse = sorted.clone();
    reverse.reverse();
    let compressions = with_url(&sorted, |url| {
        let canonical_request = url.canonical_request().unwrap().len();
        floor::blocks(canonical_request) + floor::blocks(url.string_to_sign().len()) + 1
    });
    let presign = |parameters: Vec<(String, String)>| {
        let mut buffer = [0; 8192];
        move || with_url(&parameters, |url| url.write_to_slice(&mut buffer).unwrap().len())
    };
    Group {
        name: "parameters",
        floor: String::new(),
        contestants: vec![
            floor::sha256(compressions),
            Contestant::new(Kind::Ours, "sorted", presign(sorted)),
            Contestant::new(Kind::Ours, "reverse", presign(reverse)),
        ],
    }
}

fn with_url<R>(
    parameters: &[(String, String)],
    act: impl FnOnce(&oss_sign::PresignedUrl<'_>) -> R,
) -> R {
    static SIGNING_KEY: OnceLock<SigningKey> = OnceLock::new();
    let now = *NOW.get_or_init(now);
    let key = SIGNING_KEY.get_or_init(|| SigningKey::derive(&credentials(), region(), now));
    let mut query = [("", ""); MAX_PARAMETERS];
    for (place, (name, value)) in query.iter_mut().zip(parameters) {
        *place = (name, value);
    }
    let request =
        Request::get(bucket(), ObjectKey::new(KEY).unwrap()).query(&query[..parameters.len()]);
    let signer = Signer::new(credentials(), key);
    act(&signer
        .presign(black_box(&request), &endpoint(), now, Expires::after_seconds(3600))
        .unwrap())
}

static NOW: OnceLock<oss_sign::Timestamp> = OnceLock::new();

fn draw(points: &[(f64, Vec<f64>)], svg: &Path) -> Result<(), Box<dyn Error>> {
    let highest = points.iter().flat_map(|(_, medians)| medians).copied().fold(0.0, f64::max);
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, (720, 420)).into_drawing_area();
        area.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&area)
            .margin(16)
            .x_label_area_size(44)
            .y_label_area_size(64)
            .caption("V4 presigned URL, signing key cached", ("sans-serif", 18))
            .build_cartesian_2d(0.0..MAX_PARAMETERS as f64, 0.0..highest * 1.05)?;
        chart
            .configure_mesh()
            .x_desc("query parameters of the caller")
            .y_desc("nanoseconds")
            .x_label_formatter(&|count| format!("{count:.0}"))
            .y_label_formatter(&|nanoseconds| format!("{nanoseconds:.0}"))
            .light_line_style(WHITE)
            .draw()?;
        let colors = [RGBColor(120, 120, 120), RGBColor(0, 90, 200), RGBColor(210, 90, 0)];
        for (index, (name, color)) in CURVES.into_iter().zip(colors).enumerate() {
            let curve: Vec<(f64, f64)> =
                points.iter().map(|(count, medians)| (*count, medians[index])).collect();
            let dots = curve.iter().map(|&point| Circle::new(point, 3, color.filled()));
            chart
                .draw_series(LineSeries::new(curve.iter().copied(), color.stroke_width(2)))?
                .label(name)
                .legend(move |(x, y)| {
                    PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2))
                });
            chart.draw_series(dots)?;
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .background_style(WHITE)
            .border_style(BLACK.mix(0.2))
            .draw()?;
        area.present()?;
    }
    fs::write(svg, text + "\n")?;
    Ok(())
}
