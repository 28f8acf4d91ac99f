package bellows.cloudcontroller.packages;

import bellows.cloudcontroller.resources.MatchedResource;
import bellows.http.CfError;
import bellows.http.Request;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The multipart body of an upload: a zip in {@code bits}, matched files in {@code resources}, one
 * of them at least.
 */
final class UploadForm {
  /** 5000 files in a match, and several matches: some 200 bytes each. */
  private static final int MOST_RESOURCE_BYTES = 64 << 20;

  private final Path zip;
  private final long mostBytes;
  private boolean hasBits;
  private List<MatchedResource> resources = new ArrayList<>();

  private UploadForm(Path zip, long mostBytes) {
    this.zip = zip;
    this.mostBytes = mostBytes;
  }

  /**
   * Streams the body; nothing but the zip's file is written.
   *
   * @param zip where to put {@code bits}
   * @throws CfError 413 when the zip is longer than {@code mostBytes}, 422 when a part is missing
   */
  static UploadForm read(Request request, Path zip, long mostBytes) throws IOException {
    UploadForm form = new UploadForm(zip, mostBytes);
    form.refuseEarly(request);
    request.multipart(form::part);
    if (!form.hasBits && form.resources.isEmpty()) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "Upload must include either resources or bits");
    }
    return form;
  }

  /** The uploaded zip; null when everything was matched. */
  @Nullable Path zip() {
    return hasBits ? zip : null;
  }

  List<MatchedResource> resources() {
    return resources;
  }

  /** Nobody should send a gigabyte only to hear that it is too much. */
  private void refuseEarly(Request request) {
    Optional<Long> announced = request.header("Content-Length").map(UploadForm::number);
    if (announced.isPresent() && announced.get() > mostBytes + MOST_RESOURCE_BYTES) {
      throw tooLarge();
    }
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private void part(String name, String fileName, InputStream content) throws IOException {
    switch (name) {
      case "bits" -> {
        hasBits = true;
        copy(content);
      }
      case "resources" -> {
        byte[] json = content.readNBytes(MOST_RESOURCE_BYTES + 1);
        if (json.length > MOST_RESOURCE_BYTES) {
          throw CfError.Kind.PAYLOAD_TOO_LARGE.because("The list of resources is too long");
        }
        resources = MatchedResource.parse(json);
      }
      default -> {}
    }
  }

  private void copy(InputStream content) throws IOException {
    byte[] buffer = new byte[64 * 1024];
    long total = 0;
    try (OutputStream out = Files.newOutputStream(zip)) {
      int read = content.read(buffer);
      while (read >= 0) {
        total += read;
        if (total > mostBytes) {
          throw tooLarge();
        }
        out.write(buffer, 0, read);
        read = content.read(buffer);
      }
    }
  }

  private CfError tooLarge() {
    return CfError.Kind.PAYLOAD_TOO_LARGE.because(
        "The package is larger than the %d MB that this platform takes", mostBytes >> 20);
  }
}
