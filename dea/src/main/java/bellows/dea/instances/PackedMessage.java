package bellows.dea.instances;

import bellows.base.json.Json;
import bellows.contracts.dea.StartInstance;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/** A start message in some 400 bytes: what most messages have in common is not kept with each. */
final class PackedMessage {
  /**
   * What the compressor takes for already said. Whatever stands here, messages come out as they
   * went in; the more of them is here, and the nearer to its end, the smaller they are.
   */
  private static final byte[] USUAL =
      """
      "egress_network_rules":[{"protocol":"tcp","destination":"0.0.0.0/0","ports":"443"}],\
      "uri_options":{"services":[{"credentials":{"uri":"password":"username":"binding_name":null,\
      "instance_name":"","label":"user-provided","tags":[],"syslog_drain_url":null,"plan":"",\
      "stack":"debian","cc_partition":"default","uris":["app.example.org"],"sha1":"",\
      "executableUri":"http://127.0.0.1/blobs/droplets/?expires=17&signature=",\
      "limits":{"mem":1024,"disk":1024,"fds":16384,"log_bytes_per_second":1048576},\
      "env":["CF_PROCESS_TYPE=web"],"services":[],"vcap_application":{"cf_api":"http://api.",\
      "limits":{"fds":16384,"mem":1024,"disk":1024},"application_name":"","application_uris":[""],\
      "name":"","space_name":"","space_id":"","organization_id":"","organization_name":"",\
      "uris":[""],"users":null,"application_id":"","process_id":"","process_type":"web",\
      "version":"","application_version":""},"start_command":"exec ","health_check_timeout":60,\
      "placement":"","port":3,"process_id":"","process_type":"web",\
      "health_check":{"type":"http","endpoint":"/"},"health_check":{"type":"port"},\
      "sleep":{"after":300,"max_lifetime":3600,"concurrency":50,"wake_on_connect":false,\
      "start_asleep":false}}{"droplet":"","index":0,"name":"","version":"\
      """
          .getBytes(StandardCharsets.UTF_8);

  private PackedMessage() {}

  static byte[] of(StartInstance message) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    deflater.setDictionary(USUAL);
    try (DeflaterOutputStream out = new DeflaterOutputStream(packed, deflater)) {
      out.write(Json.bytes(message));
    } catch (IOException e) {
      throw new UncheckedIOException("memory is no device that fails", e);
    } finally {
      deflater.end();
    }
    return packed.toByteArray();
  }

  static StartInstance open(byte[] packed) {
    Inflater inflater = new Inflater(true);
    inflater.setDictionary(USUAL);
    try (InflaterInputStream in =
        new InflaterInputStream(new ByteArrayInputStream(packed), inflater)) {
      return Json.read(in.readAllBytes(), StartInstance.class);
    } catch (IOException e) {
      throw new UncheckedIOException("a start message that was packed here", e);
    } finally {
      inflater.end();
    }
  }
}
