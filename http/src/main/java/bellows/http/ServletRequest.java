package bellows.http;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.commons.fileupload2.core.FileUploadException;
import org.apache.commons.fileupload2.core.MultipartInput;
import org.apache.commons.fileupload2.core.ParameterParser;
import org.jspecify.annotations.Nullable;

/** A request as the servlet container has read it. Used by its own thread only. */
final class ServletRequest implements Request {
  private static final Pattern AUTHORITY = Pattern.compile("[A-Za-z0-9._:\\[\\]-]{1,255}");
  private static final int MAX_PART_HEADER_BYTES = 8 * 1024;
  private static final int PART_BUFFER_BYTES = 64 * 1024;
  private static final int MAX_PARTS = 1000;

  private final HttpServletRequest request;
  private final Route.Method method;
  private final Map<String, String> pathParams;
  private final String requestId;
  private @Nullable Map<String, List<String>> query;

  ServletRequest(
      HttpServletRequest request,
      Route.Method method,
      Map<String, String> pathParams,
      String requestId) {
    this.request = request;
    this.method = method;
    this.pathParams = pathParams;
    this.requestId = requestId;
  }

  @Override
  public Route.Method method() {
    return method;
  }

  @Override
  public String path() {
    return request.getRequestURI();
  }

  @Override
  public String pathParam(String name) {
    String value = pathParams.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the route has no path parameter " + name);
    }
    return value;
  }

  @Override
  public Map<String, List<String>> query() {
    if (query == null) {
      query = QueryString.parse(rawQuery());
    }
    return query;
  }

  @Override
  public String rawQuery() {
    String raw = request.getQueryString();
    return raw == null ? "" : raw;
  }

  @Override
  public Optional<String> header(String name) {
    return Optional.ofNullable(request.getHeader(name));
  }

  @Override
  public byte[] body(int limitBytes) {
    if (request.getContentLengthLong() > limitBytes) {
      throw tooLarge(limitBytes);
    }
    try {
      byte[] bytes = bodyStream().readNBytes(limitBytes + 1);
      if (bytes.length > limitBytes) {
        throw tooLarge(limitBytes);
      }
      return bytes;
    } catch (IOException e) {
      throw new ClientGoneException(e);
    }
  }

  @Override
  public InputStream bodyStream() throws IOException {
    return new ArrivingStream(request.getInputStream(), ClientGoneException::new);
  }

  @Override
  public void multipart(PartHandler handler) throws IOException {
    MultipartInput parts = parts();
    try {
      int count = 0;
      boolean more = parts.skipPreamble();
      while (more) {
        if (++count > MAX_PARTS) {
          throw CfError.Kind.BAD_REQUEST.because("Bad request: more than %d parts", MAX_PARTS);
        }
        Map<String, String> disposition = disposition(parts.readHeaders());
        // Closed only when all is well: that skips what is left, and what was refused has no end.
        InputStream content = parts.newInputStream();
        handler.part(
            disposition.getOrDefault("name", ""),
            disposition.getOrDefault("filename", ""),
            new ArrivingStream(content, ServletRequest::malformed));
        content.close();
        more = parts.readBoundary();
      }
    } catch (FileUploadException e) {
      throw malformed(e);
    }
  }

  private MultipartInput parts() throws IOException {
    byte[] boundary = boundary().getBytes(StandardCharsets.ISO_8859_1);
    try {
      return MultipartInput.builder()
          .setInputStream(bodyStream())
          .setBoundary(boundary)
          .setBufferSize(Math.max(PART_BUFFER_BYTES, 2 * boundary.length))
          .setMaxPartHeaderSize(MAX_PART_HEADER_BYTES)
          .get();
    } catch (IllegalArgumentException e) {
      throw malformed("the boundary is unusable");
    }
  }

  private String boundary() {
    String contentType = String.valueOf(request.getContentType());
    ParameterParser parser = new ParameterParser();
    parser.setLowerCaseNames(true);
    Map<String, String> parameters = parser.parse(contentType, ';');
    String boundary = parameters.get("boundary");
    if (!parameters.containsKey("multipart/form-data") || boundary == null || boundary.isEmpty()) {
      throw malformed("the content type is not multipart/form-data with a boundary");
    }
    return boundary;
  }

  private static Map<String, String> disposition(String headers) {
    for (String line : headers.split("\r\n", -1)) {
      int colon = line.indexOf(':');
      if (colon > 0 && line.substring(0, colon).strip().equalsIgnoreCase("Content-Disposition")) {
        ParameterParser parser = new ParameterParser();
        parser.setLowerCaseNames(true);
        return parser.parse(line.substring(colon + 1), ';');
      }
    }
    throw malformed("a part has no Content-Disposition");
  }

  private static CfError malformed(IOException cause) {
    return malformed(String.valueOf(cause.getMessage()));
  }

  private static CfError malformed(String why) {
    return CfError.Kind.BAD_REQUEST.because("Bad request: malformed multipart body: %s", why);
  }

  private static CfError tooLarge(int limitBytes) {
    return CfError.Kind.PAYLOAD_TOO_LARGE.because(
        "The request body is larger than %d bytes", limitBytes);
  }

  @Override
  public String baseUrl() {
    String proto = header("X-Forwarded-Proto").orElse(request.getScheme());
    String scheme = proto.equalsIgnoreCase("https") ? "https" : "http";
    return scheme + "://" + authority();
  }

  /** The host the client named, if it could be one; else the address it reached. */
  private String authority() {
    return header("X-Forwarded-Host")
        .or(() -> header("Host"))
        .filter(host -> AUTHORITY.matcher(host).matches())
        .orElseGet(() -> request.getLocalAddr() + ":" + request.getLocalPort());
  }

  @Override
  public String requestId() {
    return requestId;
  }
}
