package hello;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** An app as most are: a framework that loads 7,000 classes, and one line of its own. */
@SpringBootApplication
@RestController
public class Hello {
  public static void main(String[] arguments) {
    SpringApplication.run(Hello.class, arguments);
  }

  @GetMapping("/")
  String hello() {
    return "hello\n";
  }
}
