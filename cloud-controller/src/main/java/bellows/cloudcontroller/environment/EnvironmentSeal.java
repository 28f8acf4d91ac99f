package bellows.cloudcontroller.environment;

import bellows.base.json.Json;
import bellows.cmdb.SecretBox;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/** Environment variables as they lie in the CMDB: a JSON object of strings, sealed. */
public final class EnvironmentSeal {
  private static final TypeReference<LinkedHashMap<String, String>> VARIABLES =
      new TypeReference<>() {};

  private final SecretBox box;

  public EnvironmentSeal(SecretBox box) {
    this.box = box;
  }

  /**
   * @param sealed null means that nothing was ever set
   * @return a fresh map in the order in which the variables were set
   */
  public Map<String, String> open(byte @Nullable [] sealed) {
    return sealed == null
        ? new LinkedHashMap<>()
        : Json.MAPPER.readValue(box.open(sealed), VARIABLES);
  }

  public byte[] seal(Map<String, String> variables) {
    return box.seal(Json.bytes(variables));
  }
}
