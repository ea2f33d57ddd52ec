import { chromium } from "playwright-core"; import http from "node:http"; import fs from "node:fs"; import path from "node:path";
const root=process.argv[2], out="/tmp/shots"; fs.mkdirSync(out,{recursive:true});
const T={".html":"text/html",".css":"text/css",".js":"text/javascript",".svg":"image/svg+xml",".woff2":"font/woff2",".json":"application/json"};
const s=http.createServer((q,r)=>{let p=path.join(root,decodeURIComponent(q.url.split(/[?#]/)[0])); if(p.endsWith("/")||fs.existsSync(p)&&fs.statSync(p).isDirectory())p=path.join(p,"index.html"); if(!fs.existsSync(p)){r.writeHead(404);return r.end()} r.writeHead(200,{"content-type":T[path.extname(p)]||"application/octet-stream"}); r.end(fs.readFileSync(p))}).listen(0);
const base="http://127.0.0.1:"+s.address().port+"/";
const b=await chromium.launch({executablePath:"/usr/bin/chromium",args:["--no-sandbox","--disable-gpu"]});
for (const spec of process.argv.slice(3)) { const [url,w,scheme,y,h]=spec.split(",");
 const p=await b.newPage({viewport:{width:+w,height:+(h||900)},colorScheme:scheme==="d"?"dark":"light"}); await p.goto(base+(url==="."?"":url)); await p.waitForTimeout(400);
 if(y==="full"){ await p.screenshot({path:`${out}/${url.replaceAll("/","_")}-${w}-${scheme}.png`,fullPage:true}); } else { await p.evaluate(y=>scrollTo(0,y),+(y||0)); await p.waitForTimeout(150); await p.screenshot({path:`${out}/${url.replaceAll("/","_")}-${w}-${scheme}-${y||0}.png`}); }
 await p.close(); }
await b.close(); s.close();
