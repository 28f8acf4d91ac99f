package bellows.cloudcontroller.api;

import bellows.base.json.Json;
import bellows.http.CfError;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/** What users note on a resource. */
public record Metadata(Map<String, String> labels, Map<String, String> annotations) {
  public static final Metadata NONE = new Metadata(Map.of(), Map.of());

  static final int MAX_LABELS = 50;
  static final int MAX_ANNOTATIONS = 200;
  private static final int MAX_ANNOTATION_CHARS = 5000;
  private static final TypeReference<LinkedHashMap<String, String>> TEXTS =
      new TypeReference<>() {};
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?");
  private static final Pattern PREFIX =
      Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+");

  /** From the columns {@code labels} and {@code annotations} of a row. */
  public static Metadata of(ResultSet row) throws SQLException {
    return of(row, "labels", "annotations");
  }

  /** From the columns of those names. */
  public static Metadata of(ResultSet row, String labels, String annotations) throws SQLException {
    return new Metadata(
        Json.read(row.getString(labels), TEXTS), Json.read(row.getString(annotations), TEXTS));
  }

  /** To be bound for {@code cast(:labels as jsonb)} and {@code cast(:annotations as jsonb)}. */
  public Map<String, String> columns() {
    return Map.of("labels", Json.text(labels), "annotations", Json.text(annotations));
  }

  /** What is wrong with a key, to follow the key's name. */
  static Optional<String> keyFault(String key) {
    int slash = key.indexOf('/');
    String name = key.substring(slash + 1);
    if (slash >= 0) {
      String prefix = key.substring(0, slash).toLowerCase(Locale.ROOT);
      if (prefix.length() > 253 || !PREFIX.matcher(prefix).matches()) {
        return Optional.of("has an invalid prefix: it must be a DNS name");
      }
      if (prefix.equals("cloudfoundry.org")) {
        return Optional.of("has the reserved prefix 'cloudfoundry.org'");
      }
    }
    return NAME.matcher(name).matches()
        ? Optional.empty()
        : Optional.of(
            "is invalid: 1 to 63 of A-Z a-z 0-9 . _ - that start and end with a letter or digit");
  }

  static Optional<String> labelValueFault(String value) {
    return value.isEmpty() || NAME.matcher(value).matches()
        ? Optional.empty()
        : Optional.of(
            "is invalid: up to 63 of A-Z a-z 0-9 . _ - that start and end with a letter or digit");
  }

  static Optional<String> annotationValueFault(String value) {
    return value.length() <= MAX_ANNOTATION_CHARS
        ? Optional.empty()
        : Optional.of("is too long: at most 5000 characters");
  }

  /**
   * What a body says about metadata; null values delete their key.
   *
   * <p>Decoded by {@link Fields#metadata}.
   */
  public record Change(
      Map<String, @Nullable String> labels, Map<String, @Nullable String> annotations) {
    public static final Change NONE = new Change(Map.of(), Map.of());

    /**
     * What was noted before, with this change.
     *
     * @throws CfError 422 when that is more than a resource may have
     */
    public Metadata on(Metadata before) {
      Metadata after =
          new Metadata(merge(before.labels, labels), merge(before.annotations, annotations));
      if (after.labels.size() > MAX_LABELS) {
        throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
            "Failed to add %d labels because it would exceed maximum of %d",
            labels.size(), MAX_LABELS);
      }
      if (after.annotations.size() > MAX_ANNOTATIONS) {
        throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
            "Failed to add %d annotations because it would exceed maximum of %d",
            annotations.size(), MAX_ANNOTATIONS);
      }
      return after;
    }

    private static Map<String, String> merge(
        Map<String, String> before, Map<String, @Nullable String> change) {
      Map<String, String> after = new LinkedHashMap<>(before);
      change.forEach((key, value) -> {
        if (value == null) {
          after.remove(key);
        } else {
          after.put(key, value);
        }
      });
      return after;
    }
  }
}
