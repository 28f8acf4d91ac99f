const http = require('node:http');

const index = process.env.CF_INSTANCE_INDEX ?? '-';

const server = http.createServer((request, response) => {
  console.log(`${request.method} ${request.url}`);
  response.writeHead(200, { 'Content-Type': 'text/plain' });
  response.end(`Hello from Node.js ${process.version}, instance ${index}\n`);
});

server.listen(process.env.PORT ?? 8080, () => console.log(`listening on ${server.address().port}`));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
