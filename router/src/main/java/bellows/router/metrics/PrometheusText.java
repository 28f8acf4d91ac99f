package bellows.router.metrics;

import java.util.Locale;

/**
 * Writes Prometheus' text format, version 0.0.4
 * (prometheus.io/docs/instrumenting/exposition_formats). Names, labels and helps are the program's
 * own and need no escape.
 */
public final class PrometheusText {
  /** Of the whole text. */
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4";

  private final StringBuilder out = new StringBuilder(16 * 1024);

  /** Begins a metric; its samples follow. */
  public PrometheusText family(String name, String type, String help) {
    out.append("# HELP ").append(name).append(' ').append(help).append('\n');
    out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    return this;
  }

  /**
   * @param label of the sample
   */
  public PrometheusText sample(String name, String label, String value, long number) {
    out.append(name).append('{').append(label).append("=\"");
    out.append(value.toLowerCase(Locale.ROOT)).append("\"} ").append(number).append('\n');
    return this;
  }

  /** A metric that only grows, of one sample. */
  public PrometheusText counter(String name, String help, long number) {
    return single(name, "counter", help, Long.toString(number));
  }

  /** As {@link #counter} with a fraction. */
  public PrometheusText counter(String name, String help, double number) {
    return single(name, "counter", help, Double.toString(number));
  }

  /** A metric that comes and goes, of one sample. */
  public PrometheusText gauge(String name, String help, long number) {
    return single(name, "gauge", help, Long.toString(number));
  }

  /** As {@link #gauge} with a fraction. */
  public PrometheusText gauge(String name, String help, double number) {
    return single(name, "gauge", help, Double.toString(number));
  }

  private PrometheusText single(String name, String type, String help, String number) {
    family(name, type, help);
    out.append(name).append(' ').append(number).append('\n');
    return this;
  }

  /** The samples of one label in a histogram whose family has begun. */
  public PrometheusText histogram(
      String name, String label, String value, Latencies.Summary summary) {
    String labels = label + "=\"" + value + '"';
    for (Latencies.Bucket bucket : summary.buckets()) {
      bucket(name, labels, Double.toString(bucket.seconds()), bucket.count());
    }
    bucket(name, labels, "+Inf", summary.count());
    out.append(name).append("_sum{").append(labels).append("} ");
    out.append(summary.sumSeconds()).append('\n');
    out.append(name).append("_count{").append(labels).append("} ");
    out.append(summary.count()).append('\n');
    return this;
  }

  private void bucket(String name, String labels, String bound, long count) {
    out.append(name).append("_bucket{").append(labels).append(",le=\"").append(bound);
    out.append("\"} ").append(count).append('\n');
  }

  public String text() {
    return out.toString();
  }
}
