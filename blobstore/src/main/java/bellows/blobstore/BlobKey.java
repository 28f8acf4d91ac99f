package bellows.blobstore;

import java.util.regex.Pattern;

/**
 * The name of a blob, safe as a path and in a URL as it is.
 *
 * @param folder what kind of thing it is: lower-case letters, digits and dashes
 * @param name mostly a guid or a digest: letters, digits, {@code . _ -}, no dot in front
 */
public record BlobKey(String folder, String name) {
  private static final Pattern FOLDER = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}");

  public BlobKey {
    if (!FOLDER.matcher(folder).matches() || !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not a blob key: '" + folder + "/" + name + "'");
    }
  }

  /** {@code folder/name}. */
  @Override
  public String toString() {
    return folder + "/" + name;
  }
}
