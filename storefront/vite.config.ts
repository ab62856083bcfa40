import react from "@vitejs/plugin-react";
import { defineConfig, loadEnv } from "vite";

// The page is package data of the API, so that the wheel carries it.
const PAGE = "../src/tillstream/apps/api/page";

export default defineConfig(({ mode }) => ({
  plugins: [react()],
  build: { outDir: PAGE, emptyOutDir: true, target: "es2022" },
  server: {
    host: "127.0.0.1",
    proxy: { "/v1": loadEnv(mode, ".", "TILLSTREAM_")["TILLSTREAM_API"] ?? "http://127.0.0.1:8000" },
  },
}));
