package bellows.dea.instances;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.json.Json;
import bellows.contracts.dea.StartInstance;
import org.junit.jupiter.api.Test;

class PackedMessageTest {
  private static final String USUAL =
      """
      {"droplet":"11a32f21-732c-4655-a87f-e3e547dfb0e1","index":0,"name":"shop",
       "version":"07ee8958-2993-4ecc-89a3-7a81f663d56b","stack":"debian","cc_partition":"default",
       "uris":["shop.example.org"],"sha1":"27cc0d51918802939bacddc6ec2701c59e388236",
       "executableUri":"http://10.0.0.1:8081/blobs/droplets/5347fe67-cb6d-4c36-ad07-f0768aaba67f",
       "limits":{"mem":256,"disk":1024,"fds":16384,"log_bytes_per_second":1048576},
       "env":["CF_PROCESS_TYPE=web"],"services":[],
       "vcap_application":{"cf_api":"http://api.example.org","limits":{"fds":16384,"mem":256,
        "disk":1024},"application_name":"shop","application_uris":["shop.example.org"],
        "name":"shop","space_name":"dev","space_id":"e2df501a-fa8a-4811-867b-9998f02a24ab",
        "organization_id":"ce731086-c2af-4c6d-9044-67fdff072c6f","organization_name":"main",
        "uris":["shop.example.org"],"users":null,
        "application_id":"11a32f21-732c-4655-a87f-e3e547dfb0e1","process_type":"web",
        "process_id":"72dd7c20-bea0-4284-8605-81eecb9f9980",
        "version":"07ee8958-2993-4ecc-89a3-7a81f663d56b"},
       "start_command":"exec ./shop","placement":"3b0af093-f161-49d8-8205-bc3a1246e79f",
       "port":24309,"process_id":"72dd7c20-bea0-4284-8605-81eecb9f9980","process_type":"web",
       "health_check":{"type":"port"},"sleep":{"after":300,"concurrency":50}}
      """;

  @Test
  void keepsAUsualMessageSmall() {
    StartInstance message = Json.read(USUAL, StartInstance.class);

    byte[] packed = PackedMessage.of(message);

    assertThat(packed).hasSizeLessThan(450);
    assertThat(PackedMessage.open(packed)).isEqualTo(message);
  }

  @Test
  void keepsAllOfAnUnusualOne() {
    StartInstance usual = Json.read(USUAL, StartInstance.class);
    StartInstance message =
        Json.read(
            Json.text(usual).replace("CF_PROCESS_TYPE=web", "TEXT=ünüsüal ".repeat(5_000)),
            StartInstance.class);

    assertThat(message.env()).isNotEqualTo(usual.env());
    assertThat(PackedMessage.open(PackedMessage.of(message))).isEqualTo(message);
  }

  @Test
  void keepsAnAppWithoutAnything() {
    StartInstance message =
        Json.read(
            """
            {"droplet":"a","index":0,"name":"n","version":"v","limits":{"mem":1,"disk":1,"fds":1}}
            """,
            StartInstance.class);

    assertThat(PackedMessage.open(PackedMessage.of(message))).isEqualTo(message);
  }
}
