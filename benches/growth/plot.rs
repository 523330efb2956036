use std::error::Error;
use std::path::Path;

use plotters::coord::Shift;
use plotters::coord::combinators::BindKeyPoints;
use plotters::prelude::{
    ChartBuilder, Color, DashedLineSeries, DrawingArea, IntoDrawingArea, IntoLogRange, LineSeries, PathElement,
    RGBColor, SVGBackend, SeriesLabelPosition, WHITE,
};
use plotters::style::ShapeStyle;

use crate::point::Point;
use crate::{CALLERS, ENTRIES, FEW, SIZES, SMALL};

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), Box<dyn Error>>;

const SIZE: (u32, u32) = (1_200, 900);

/// A colour for each operation, also for those who tell few colours apart.
const OPERATIONS: [(&str, RGBColor); 5] = [
    ("get", RGBColor(0, 114, 178)),
    ("set", RGBColor(213, 94, 0)),
    ("increment", RGBColor(0, 158, 115)),
    ("items, each", RGBColor(204, 121, 167)),
    ("scan, each", RGBColor(110, 110, 110)),
];

/// One of the charts: which points it shows, and where.
struct Panel {
    caption: String,
    axis: &'static str,
    callers: usize,
    /// The place of a point on the axis; nothing where it belongs elsewhere.
    grows: fn(&Point) -> Option<u64>,
    marks: &'static [u64],
    label: fn(&f64) -> String,
    legend: SeriesLabelPosition,
}

/// Draws the cost of a call over the number of entries on the left, and over the size of values on the right.
pub(crate) fn draw(path: &Path, points: &[Point], machine: &str) -> Drawn {
    let root = SVGBackend::new(path, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let title = format!("Microseconds per call; dashed: the redis crate by hand. {machine}");
    let panels = root.titled(&title, ("sans-serif", 18))?.split_evenly((CALLERS.len(), 2));
    for (row, callers) in panels.chunks(2).zip(CALLERS) {
        let who = if callers == 1 { "1 caller".to_owned() } else { format!("{callers} callers at once") };
        let entries = Panel {
            caption: format!("{who}, values of {SMALL} bytes"),
            axis: "entries of the namespace",
            callers,
            grows: |point| (point.at.value_bytes == SMALL).then_some(point.at.entries),
            marks: &ENTRIES,
            label: |entries| short(*entries, 1_000.0, ["", "k", "M"]),
            // Between one call and what one entry costs where all are read.
            legend: if callers == 1 { SeriesLabelPosition::MiddleLeft } else { SeriesLabelPosition::UpperLeft },
        };
        let values = Panel {
            caption: format!("{who}, 1,000 entries at most"),
            axis: "size of a value",
            callers,
            grows: |point| {
                (point.at.entries <= FEW && matches!(point.operation, "get" | "set")).then_some(point.at.value_bytes)
            },
            marks: &SIZES,
            label: |bytes| short(*bytes, 1_024.0, [" B", " KiB", " MiB"]),
            legend: SeriesLabelPosition::UpperLeft,
        };
        entries.draw(&row[0], points)?;
        values.draw(&row[1], points)?;
    }
    root.present()?;
    Ok(())
}

impl Panel {
    fn draw(&self, area: &Area<'_>, points: &[Point]) -> Drawn {
        let mine = |point: &&Point| point.at.callers == self.callers && (self.grows)(point).is_some();
        let costs = points.iter().filter(mine).flat_map(|point| [Some(point.ours), point.hand]).flatten();
        let (least, most) =
            costs.fold((f64::MAX, 0.0_f64), |(least, most), cost| (cost.median.min(least), cost.median.max(most)));
        let places: Vec<f64> = self.marks.iter().map(|&mark| mark as f64).collect();
        let ends = places[0]..places[places.len() - 1];
        // Room for a legend at the top.
        let costs = least / 1.5..most * 6.0;
        let mut chart = ChartBuilder::on(area)
            .caption(&self.caption, ("sans-serif", 16))
            .margin(12)
            .x_label_area_size(36)
            .y_label_area_size(52)
            .build_cartesian_2d(
                ends.log_scale().with_key_points(places),
                costs.clone().log_scale().with_key_points(steps(costs.start, costs.end)),
            )?;
        chart
            .configure_mesh()
            .light_line_style(WHITE)
            .x_desc(self.axis)
            .x_label_formatter(&self.label)
            .y_desc("µs")
            .y_label_formatter(&|cost| cost.to_string())
            .draw()?;
        for (operation, colour) in OPERATIONS {
            let line = |cost: fn(&Point) -> Option<f64>| {
                let mut line: Vec<(f64, f64)> = points
                    .iter()
                    .filter(mine)
                    .filter(|point| point.operation == operation)
                    .filter_map(|point| Some(((self.grows)(point)? as f64, cost(point)?)))
                    .collect();
                line.dedup_by_key(|place| place.0);
                line
            };
            let (ours, hand) = (line(|point| Some(point.ours.median)), line(|point| Some(point.hand?.median)));
            if ours.is_empty() {
                continue;
            }
            let style: ShapeStyle = colour.stroke_width(2);
            chart
                .draw_series(LineSeries::new(ours, style).point_size(3))?
                .label(operation)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
            chart.draw_series(DashedLineSeries::new(hand, 5, 4, style))?;
        }
        chart.configure_series_labels().position(self.legend.clone()).background_style(WHITE.mix(0.8)).draw()?;
        Ok(())
    }
}

/// 1, 2, 5, 10, 20, 50 and so on, as far as they are between the two.
fn steps(least: f64, most: f64) -> Vec<f64> {
    let all = (-3..7).flat_map(|power| [1.0, 2.0, 5.0].map(|step| step * 10_f64.powi(power)));
    all.filter(|step| (least..most).contains(step)).collect()
}

fn short(figure: f64, step: f64, units: [&str; 3]) -> String {
    match figure {
        figure if figure >= step * step => format!("{}{}", figure / step / step, units[2]),
        figure if figure >= step => format!("{}{}", figure / step, units[1]),
        figure => format!("{figure}{}", units[0]),
    }
}
