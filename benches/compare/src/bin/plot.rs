//! Draws the table that `cargo run --release -p oss-sign-benches --bin curve` prints:
//!
//!     … --bin curve | … --bin plot FILE.svg

use std::error::Error;
use std::io;
use std::{env, fs};

use plotters::prelude::*;

/// What the columns after the first are.
const CURVES: [(&str, RGBColor); 4] = [
    ("parameters, sorted", RGBColor(0, 90, 200)),
    ("parameters, in reverse", RGBColor(90, 170, 250)),
    ("signed headers, sorted", RGBColor(200, 70, 0)),
    ("signed headers, in reverse", RGBColor(250, 160, 60)),
];

fn main() -> Result<(), Box<dyn Error>> {
    let file = env::args().nth(1).ok_or("which file? plot FILE.svg")?;
    let table = io::read_to_string(io::stdin())?;
    let rows: Vec<Vec<f64>> = table.lines().filter_map(numbers).collect();
    if rows.len() < 2 {
        return Err("this is not the table of `curve`".into());
    }
    fs::write(file, draw(&rows)? + "\n")?;
    Ok(())
}

/// The numbers of a row; lines of words are no rows.
fn numbers(line: &str) -> Option<Vec<f64>> {
    let numbers: Vec<f64> =
        line.split_whitespace().map(str::parse).collect::<Result<_, _>>().ok()?;
    (numbers.len() == 1 + CURVES.len()).then_some(numbers)
}

fn draw(rows: &[Vec<f64>]) -> Result<String, Box<dyn Error>> {
    let most = rows.iter().map(|row| row[0]).fold(0.0, f64::max);
    let highest = rows.iter().flat_map(|row| &row[1..]).copied().fold(0.0, f64::max);
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (720, 420)).into_drawing_area();
        area.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&area)
            .margin(16)
            .x_label_area_size(44)
            .y_label_area_size(64)
            .caption("V4 presigned URL, signing key cached", ("sans-serif", 18))
            .build_cartesian_2d(0.0..most, 0.0..highest * 1.05)?;
        chart
            .configure_mesh()
            .x_desc("query parameters, or signed headers")
            .y_desc("nanoseconds")
            .x_label_formatter(&|count| format!("{count:.0}"))
            .y_label_formatter(&|nanoseconds| format!("{nanoseconds:.0}"))
            .light_line_style(WHITE)
            .draw()?;
        for (index, (name, color)) in CURVES.into_iter().enumerate() {
            let curve: Vec<(f64, f64)> = rows.iter().map(|row| (row[0], row[index + 1])).collect();
            let dots = curve.iter().map(|&point| Circle::new(point, 3, color.filled()));
            let dots: Vec<_> = dots.collect();
            chart.draw_series(LineSeries::new(curve, color.stroke_width(2)))?.label(name).legend(
                move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2)),
            );
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
    Ok(svg)
}
