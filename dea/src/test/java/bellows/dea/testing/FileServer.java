package bellows.dea.testing;

import bellows.base.archive.Archives;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Holds files in memory and lets them be fetched and put over HTTP, as the blobstore does. */
public final class FileServer implements AutoCloseable {
  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private final AtomicInteger fetches = new AtomicInteger();
  private final HttpServer server;

  public FileServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  /** The address of a file, there or not. */
  public String address(String name) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + name + "?signature=secret";
  }

  public void put(String name, byte[] content) {
    files.put("/" + name, content);
  }

  public Optional<byte[]> content(String name) {
    return Optional.ofNullable(files.get("/" + name));
  }

  /** How many fetches have found something. */
  public int fetches() {
    return fetches.get();
  }

  @Override
  public void close() {
    server.stop(0);
  }

  /** The SHA-1 of a file that is here. */
  public String sha1(String name) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-1").digest(content(name).orElseThrow()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Packs these files as a gzipped tar; those whose content begins with #! are executable. */
  public void putTarGz(String name, Map<String, String> contents) {
    try {
      Path tree = Files.createTempDirectory("tree-");
      try {
        for (Map.Entry<String, String> file : contents.entrySet()) {
          Path path = tree.resolve(file.getKey());
          Files.createDirectories(path.resolve("..").normalize());
          Files.writeString(path, file.getValue());
          if (!path.toFile().setExecutable(file.getValue().startsWith("#!"), false)) {
            throw new IOException("cannot set the mode of " + path);
          }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Archives.tarGz(tree, out);
        put(name, out.toByteArray());
      } finally {
        bellows.base.files.Trees.delete(tree);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Packs these files as a zip, without modes, as a client on another system would. */
  public void putZip(String name, Map<String, String> contents) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, String> file : contents.entrySet()) {
        zip.putNextEntry(new ZipEntry(file.getKey()));
        zip.write(file.getValue().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        zip.closeEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    put(name, out.toByteArray());
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      if ("PUT".equals(exchange.getRequestMethod())) {
        files.put(path, exchange.getRequestBody().readAllBytes());
        exchange.sendResponseHeaders(201, -1);
        return;
      }
      byte[] content = files.get(path);
      if (content == null) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      fetches.incrementAndGet();
      exchange.sendResponseHeaders(200, content.length == 0 ? -1 : content.length);
      exchange.getResponseBody().write(content);
    }
  }
}
